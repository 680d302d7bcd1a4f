import type { Log } from '../kernel.ts'
import type { Store } from '../store/store.ts'
import { dueSubscribers } from './deliveries.ts'
import type { Subscriber } from './subscriber.ts'
import { wants } from './subscriber.ts'
import { createWorker } from './worker.ts'

/** Hands committed events to their subscribers. */
export interface Dispatcher {
  /** Resolves when nothing that is due by the clock is left, whatever came of it. For tests: advance, then wait. */
  idle(): Promise<void>
  /** Takes nothing new and waits for the handlers that run; what is left waits in the database. */
  close(): Promise<void>
}

export interface DispatcherOptions<E> {
  readonly store: Store
  /** Given to every handler. */
  readonly engine: E
  readonly subscribers: readonly Subscriber<E>[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: Log
  /** How long a claim lasts without renewal, and an event waits when its process has died; 30 unless told. */
  readonly leaseSeconds?: number
}

/** Finds what other processes left behind, and retries; a commit of this process is noticed at once. */
const pollEvery = 1_000

export function createDispatcher<E>(options: DispatcherOptions<E>): Dispatcher {
  const { store, subscribers, now, log } = options
  const lease = (options.leaseSeconds ?? 30) * 1_000
  const workers = new Map(
    subscribers.map((subscriber) => [subscriber.name, createWorker({ ...options, subscriber, lease })]),
  )
  if (workers.size < subscribers.length) throw new Error('Two subscribers have the same name.')
  const names = [...workers.keys()]
  let closed = false
  let looking: Promise<boolean> | undefined
  let again = false

  /** Starts the workers that have something to do; says whether there are any. */
  const look = async (): Promise<boolean> => {
    try {
      const due = await dueSubscribers(store, names, now())
      for (const name of due) if (!closed) workers.get(name)?.wake()
      return due.length > 0
    } catch (error) {
      if (!closed) log('error', 'The events that are due could not be read.', { error })
      return false
    }
  }
  const kick = () => {
    if (closed) return
    if (looking) {
      again = true
      return
    }
    looking = look().finally(() => {
      looking = undefined
      if (!again) return
      again = false
      kick()
    })
  }

  // What this process has committed needs no look: it is known who wants it.
  const stopListening = store.onEvents((types) => {
    if (closed) return
    for (const subscriber of subscribers) {
      if (types.some((type) => wants(subscriber, type))) workers.get(subscriber.name)?.wake()
    }
  })
  const poll = setInterval(kick, pollEvery)
  const renewal = setInterval(() => {
    for (const worker of workers.values())
      worker.renew().catch((error) => log('warn', 'A lease was not renewed.', { error }))
  }, lease / 3)
  poll.unref()
  renewal.unref()
  kick()

  const rest = () => Promise.all([...workers.values()].map((worker) => worker.rest()))
  return {
    async idle() {
      do await rest()
      while (await look())
    },
    async close() {
      closed = true
      clearInterval(poll)
      stopListening()
      for (const worker of workers.values()) worker.stop()
      await looking
      await rest()
      clearInterval(renewal)
    },
  }
}
