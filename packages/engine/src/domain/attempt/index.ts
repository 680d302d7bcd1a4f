import type { Failure } from '../../kernel/errors.ts'
import type { Feature } from '../../kernel/feature.ts'
import type { ApiRate } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import { attemptMigrations, deleteExpired } from './store.ts'

export { limitedAddress } from './address.ts'
export { isKnownDevice, readDeviceCookie, rememberDevice } from './device.ts'
export { createAttempts } from './verbs.ts'

/** Whose attempt it is. */
export interface Who {
  /** Id of the account, or of the ghost that stands for nobody. */
  readonly subject: string
  /**
   * Keyed hash of the name that was typed. Strangers are counted by it, whether it is anybody's or not: what counters
   * say would tell else that two names are one person's (ASVS 6.3.8). It gives them twice the guesses at an account
   * with a username and an address, and no more.
   */
  readonly name: string
  readonly address: string
  /** The browser showed that this person has signed in with it before. */
  readonly knownDevice: boolean
}

/** What was found out before an attempt was judged. */
export interface Standing {
  /** The device, or the network it comes from, is one the person has signed in from. */
  readonly known: boolean
  /** Whether there are failures to forget after a success. */
  readonly failures: boolean
  /** Whether the attempt was claimed, and whether others were being judged, or just had been. */
  readonly claim: 'none' | 'alone' | 'beside-others'
}

/** So many calls in so many seconds. */
export interface CallRule {
  readonly limit: number
  readonly seconds: number
}

/**
 * Counting failures and calls in the store, so that every process sees them. Delays grow with failures from
 * strangers and never lock a person out of a session they hold or of a device they have signed in from.
 */
export interface Attempts {
  /** Fails with `request.rate_limited` (429, `Retry-After`) when `key` has used up `limit` calls in `seconds`. */
  readonly take: (key: string, rule: CallRule) => Promise<void>
  /** The same in a unit of the caller's, who must not do what is refused; a refusal that failed the unit would not be counted. */
  readonly takeIn: (unit: Unit, key: string, rule: CallRule) => Promise<Failure | undefined>
  /** The same in the memory of this process, for calls that must not cost a write: so many at once, then so many a second. */
  readonly spend: (key: string, rate: ApiRate) => void
  /** How somebody stands, without judging it. */
  readonly standing: (who: Who) => Promise<Standing>
  /**
   * Asked before `claim`, outside of its unit: fails with `flow.wait` where this process knows of a delay and the store
   * says that it still runs, so that a flood does not stand in line for the row it would only be refused by.
   */
  readonly admit: (who: Who) => Promise<void>
  /**
   * Counts an attempt before it is judged, so that of many at once only as many are judged as one after the other
   * would be. Fails with `flow.wait` (the unit has to fail with it) while the subject or the address must wait, or
   * would have to if all that are being judged were wrong. Ended by one of `failed`, `giveBack`, `succeeded`, or
   * by itself after 20 s.
   */
  readonly claim: (unit: Unit, who: Who) => Promise<Standing>
  /**
   * Keeps attempts of one `line` that are all right from being refused for each other: in each process a few run at
   * once, the others stand in line. `flow.wait` when too many do.
   */
  readonly inTurn: <T>(line: string, judge: () => Promise<T>) => Promise<T>
  /** A claimed attempt was wrong. */
  readonly failed: (who: Who, standing: Standing) => Promise<void>
  /** A claimed attempt was neither wrong nor the end of a sign-in. */
  readonly giveBack: (unit: Unit, who: Who, standing: Standing) => Promise<void>
  /**
   * Forgets the failures, those of all `names` the person has, and remembers the network. `newPlace`: unknown, while
   * others are known.
   */
  readonly succeeded: (
    unit: Unit,
    who: Who,
    standing: Standing,
    names?: readonly string[],
  ) => Promise<{ readonly newPlace: boolean }>
}

export const attemptNoun: Feature<Engine> = {
  id: 'attempt',
  migrations: attemptMigrations,
  jobs: [
    {
      name: 'attempt-expiry',
      everySeconds: 3600,
      run: ({ store, now }) => deleteInPortions(store, (unit, limit) => deleteExpired(unit, now(), limit)),
    },
  ],
}
