import type { Unit } from '../store/store.ts'
import type { Event } from './event.ts'

/** What every try of the same delivery has in common. */
export interface Delivery {
  /** The same for every try: hand it on to what must not do the thing twice (a mail server, a webhook). */
  readonly idempotencyKey: string
  /** 1 for the first try. */
  readonly attempt: number
}

/** Which events somebody wants. */
export interface Subscription {
  /** Unique and stable: deliveries that wait in the database name it. */
  readonly name: string
  readonly types: readonly string[] | '*'
}

/**
 * Handles events after their unit has committed, at least once each: a handler that throws, and a process that
 * dies, means another try later. `handle` gets them one by one, in no promised order. So does `prepare`, which gives
 * what is to be written about one in the unit that forgets its delivery: it is written exactly once. `handleInUnit`
 * gets what is due, oldest first, for what it does in that unit and nowhere else: it happens exactly once. When it
 * throws, the unit is undone and each event is tried by itself; `tried` when one of them may have been handled
 * otherwise before.
 */
export type Subscriber<E> = Subscription & {
  /** Tries before a delivery is kept as dead, with its error; 20 unless told. */
  readonly maxAttempts?: number
} & (
    | { readonly handle: (engine: E, event: Event, delivery: Delivery) => Promise<void> }
    | { readonly prepare: (engine: E, event: Event) => Promise<((unit: Unit) => Promise<void>) | undefined> }
    | {
        readonly handleInUnit: (engine: E, unit: Unit, events: readonly Event[], tried: boolean) => Promise<void>
      }
  )

/** Whether `subscription` wants events of this type. */
export function wants(subscription: Subscription, type: string): boolean {
  return subscription.types === '*' || subscription.types.includes(type)
}
