import type { Subscriber } from './events/subscriber.ts'
import type { Route } from './route.ts'
import type { Contribution } from './slot.ts'
import type { Migration } from './store/migration.ts'

/** Work that runs again and again: expiry, key rotation. One process at a time runs it. */
export interface Job<E> {
  readonly name: string
  readonly everySeconds: number
  readonly run: (engine: E) => Promise<void>
}

/** Everything a feature, authenticator or noun adds to the engine; the only thing others see of it. */
export interface Feature<E> {
  readonly id: string
  readonly routes?: readonly Route<E>[]
  /** Entries for slots that other folders own. */
  readonly contributes?: readonly Contribution[]
  readonly migrations?: readonly Migration[]
  readonly subscribers?: readonly Subscriber<E>[]
  readonly jobs?: readonly Job<E>[]
}

/** Types a feature's record. */
export function defineFeature<E>(feature: Feature<E>): Feature<E> {
  return feature
}
