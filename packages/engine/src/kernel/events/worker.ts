import type { Log } from '../kernel.ts'
import type { Store } from '../store/store.ts'
import type { Claim } from './deliveries.ts'
import { claim, postpone, renew, settle } from './deliveries.ts'
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
/** How long a batch gathers: what came after each of many small units is handled together. */
const gather = 250
const firstPause = 1_000
const longestPause = 3_600_000
const defaultMaxAttempts = 20

export function createWorker<E>({ store, engine, subscriber, now, log, lease }: WorkerOptions<E>): Worker {
  const { name, maxAttempts = defaultMaxAttempts } = subscriber
  const inBatches = 'handleBatch' in subscriber
  const inHand = new Set<Claim>()
  let stopped = false
  let loop: Promise<void> | undefined
  let again = false
  let gathering: NodeJS.Timeout | undefined

  const handle = async (claims: readonly Claim[]): Promise<void> => {
    for (const one of claims) inHand.add(one)
    try {
      await run(claims)
      await settle(store, name, claims)
    } catch (error) {
      for (const one of claims) await putOff(one, error)
    } finally {
      for (const one of claims) inHand.delete(one)
    }
  }

  const run = async (claims: readonly Claim[]): Promise<void> => {
    if ('handleBatch' in subscriber) {
      return subscriber.handleBatch(
        engine,
        claims.map((one) => one.event),
      )
    }
    for (const { event, attempt } of claims) {
      await subscriber.handle(engine, event, { idempotencyKey: `${event.id}:${name}`, attempt })
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

  /** Fresh events share a batch; one that failed comes alone, so that it cannot spoil the others again. */
  const split = (claims: readonly Claim[]): (readonly Claim[])[] => {
    if (!inBatches) return claims.map((one) => [one])
    const fresh = claims.filter((one) => one.attempt === 1)
    const retried = claims.filter((one) => one.attempt > 1).map((one) => [one])
    return fresh.length > 0 ? [fresh, ...retried] : retried
  }

  const work = async (): Promise<void> => {
    const running = new Set<Promise<void>>()
    const limit = inBatches ? batchSize : parallel
    const most = inBatches ? 1 : parallel
    let more = true
    while ((more || again) && !stopped) {
      again = false
      const at = now()
      const claims = await claim(store, name, limit - running.size, at, at + lease)
      // Claimed while it was being stopped: given back, for the next start to take at once.
      if (stopped) {
        for (const one of claims) await postpone(store, name, one, { dueAt: now() }, 'The process was stopped.')
        break
      }
      more = claims.length > 0
      for (const group of split(claims)) {
        const task = handle(group)
          .catch((error: unknown) => log('error', 'A delivery could not be settled.', { subscriber: name, error }))
          .finally(() => running.delete(task))
        running.add(task)
        // Half of the places are freed before more is claimed, so that not every claim is for one.
        if (running.size >= most) while (running.size > most / 2) await Promise.race(running)
      }
    }
    await Promise.all(running)
  }

  const wake = (): void => {
    again = true
    if (loop || stopped) return
    if (inBatches) gathering ??= setTimeout(start, gather).unref()
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
