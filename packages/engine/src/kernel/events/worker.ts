import type { Log } from '../kernel.ts'
import type { Store } from '../store/store.ts'
import type { Claim } from './deliveries.ts'
import { claim, postpone, renew, settle, take } from './deliveries.ts'
import type { Subscriber } from './subscriber.ts'

/** Runs the handler of one subscriber. */
export interface Worker {
  /** Claims and handles until nothing is due. */
  wake(): void
  /** Resolves when it has nothing in hand. */
  rest(): Promise<void>
  /** Keeps what it has claimed for another lease. */
  renew(): Promise<void>
  /** Claims nothing any more. */
  stop(): void
}

export interface WorkerOptions<E> {
  readonly store: Store
  readonly engine: E
  readonly subscriber: Subscriber<E>
  readonly now: () => number
  readonly log: Log
  /** How long a claim lasts, in milliseconds. */
  readonly lease: number
}

const parallel = 16
const batchSize = 500
/** How long the events of one unit gather: what came after each of many small units is handled together. */
const gather = 250
const firstPause = 1_000
const longestPause = 3_600_000
const defaultMaxAttempts = 20

export function createWorker<E>({ store, engine, subscriber, now, log, lease }: WorkerOptions<E>): Worker {
  const { name, maxAttempts = defaultMaxAttempts } = subscriber
  const inUnits = 'handleInUnit' in subscriber ? subscriber.handleInUnit : undefined
  const inHand = new Set<Claim>()
  let stopped = false
  let loop: Promise<void> | undefined
  let again = false
  let gathering: NodeJS.Timeout | undefined

  const handle = async (one: Claim): Promise<void> => {
    inHand.add(one)
    try {
      await run(one)
    } catch (error) {
      await putOff(one, error)
    } finally {
      inHand.delete(one)
    }
  }

  const run = async (one: Claim): Promise<void> => {
    const { event, attempt } = one
    if ('handleInUnit' in subscriber) {
      await store.unit(async (unit) => {
        if (await settle(unit, name, one)) await subscriber.handleInUnit(engine, unit, [event], true)
      })
    } else if ('prepare' in subscriber) {
      const write = await subscriber.prepare(engine, event)
      await store.unit(async (unit) => {
        if (await settle(unit, name, one)) await write?.(unit)
      })
    } else {
      await subscriber.handle(engine, event, { idempotencyKey: `${event.id}:${name}`, attempt })
      await store.unit((unit) => settle(unit, name, one))
    }
  }

  const putOff = async (failed: Claim, error: unknown): Promise<void> => {
    const { attempt, event } = failed
    const dead = attempt >= maxAttempts
    log(dead ? 'error' : 'warn', dead ? 'An event is given up.' : 'An event was not handled.', {
      subscriber: name,
      event: event.id,
      type: event.type,
      attempt,
      error,
    })
    const until = dead ? { deadAt: now() } : { dueAt: now() + Math.min(longestPause, firstPause * 2 ** (attempt - 1)) }
    await postpone(store, name, failed, until, describe(error))
  }

  /** Handles what is due in as few units as it takes. False when one of them was undone: each is to be tried by itself. */
  const handleTogether = async (): Promise<boolean> => {
    if (!inUnits) return false
    try {
      let handled = batchSize
      while ((handled === batchSize || again) && !stopped) {
        again = false
        handled = await store.unit(async (unit) => {
          const due = await take(unit, name, batchSize, now())
          const events = due.map(({ event }) => event)
          if (due.length > 0)
            await inUnits(
              engine,
              unit,
              events,
              due.some(({ attempt }) => attempt > 0),
            )
          return due.length
        })
      }
      return true
    } catch (error) {
      log('warn', 'Events were not handled together; each is tried by itself.', { subscriber: name, error })
      return false
    }
  }

  const work = async (): Promise<void> => {
    if (await handleTogether()) return
    const running = new Set<Promise<void>>()
    let more = true
    while ((more || again) && !stopped) {
      again = false
      const at = now()
      const claims = await claim(store, name, parallel - running.size, at, at + lease)
      // Claimed while it was being stopped: given back, for the next start to take at once.
      if (stopped) {
        for (const one of claims) await postpone(store, name, one, { dueAt: now() }, 'The process was stopped.')
        break
      }
      more = claims.length > 0
      for (const one of claims) {
        const task = handle(one)
          .catch((error: unknown) => log('error', 'A delivery could not be settled.', { subscriber: name, error }))
          .finally(() => running.delete(task))
        running.add(task)
      }
      // Half of the places are freed before more is claimed, so that not every claim is for one.
      if (running.size >= parallel) while (running.size > parallel / 2) await Promise.race(running)
    }
    await Promise.all(running)
  }

  const wake = (): void => {
    again = true
    if (loop || stopped) return
    if (inUnits) gathering ??= setTimeout(start, gather).unref()
    else start()
  }

  const start = (): void => {
    clearTimeout(gathering)
    gathering = undefined
    if (loop || stopped) return
    loop = work()
      .catch((error: unknown) => log('error', 'Events could not be claimed.', { subscriber: name, error }))
      .finally(() => {
        loop = undefined
        if (again && !stopped) wake()
      })
  }

  return {
    wake,
    async rest() {
      if (gathering) start()
      while (loop) await loop
    },
    async renew() {
      if (inHand.size > 0) await renew(store, name, [...inHand], now() + lease)
    },
    stop() {
      stopped = true
      clearTimeout(gathering)
    },
  }
}

function describe(error: unknown): string {
  return (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)
}
