import type { AccountId, ErrorCode, FactorId, FlowId, OrganizationId } from '@cardea/protocol'
import type { Failure } from '../../kernel/errors.ts'
import type { Json } from '../../kernel/events/index.ts'
import { defineSlot } from '../../kernel/slot.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Account, Subject } from '../account/index.ts'
import type { Who } from '../attempt/index.ts'
import type { Engine } from '../engine.ts'
import type { StoredFactor } from '../factor/index.ts'

/** A field of a prompt, in the words of the app-native wire. */
export interface Field {
  readonly param: string
  readonly i18nKey: string
  readonly displayName: string
  readonly confidential: boolean
  /** Place on the wire; its index when absent. */
  readonly order?: number
}

/** What an authenticator shows; serialisable, no HTML. */
export type Prompt =
  | { readonly type: 'fields'; readonly fields: readonly Field[]; readonly data?: Readonly<Record<string, string>> }
  | {
      readonly type: 'redirect'
      readonly url: string
      readonly requiredParams: readonly string[]
      readonly data?: Readonly<Record<string, string>>
    }
  | {
      readonly type: 'passkey'
      readonly requiredParams: readonly string[]
      readonly data: Readonly<Record<string, string>>
    }
  | { readonly type: 'wait'; readonly data: Readonly<Record<string, string>> }
  | { readonly type: 'choice'; readonly fields: readonly Field[]; readonly data: Readonly<Record<string, string>> }

/** What an authenticator is given: the flow's facts it may need, never the record itself. */
export interface Ceremony {
  readonly engine: Engine
  readonly org: OrganizationId
  /** Undefined while nobody has been identified (username + password in one step, discoverable passkey). */
  readonly subject: Subject | undefined
  /** The app's origin(s) this sign-in may come from (passkeys). */
  readonly origins: readonly string[]
  readonly locale: string
  /** Handle of the flow, to bind what is sent to it. Absent on the account page. */
  readonly flow?: FlowId
  /** Who is at the door, as limits count them; absent where nobody is named yet. */
  readonly who?: Who | undefined
  /** The app that is signed in to, as messages name it. */
  readonly app?: string
  /** What the person typed to say who they are. */
  readonly identifier?: string | undefined
  /** What the same option has kept since it was started before, when it is started again. */
  readonly before?: Json
  /** What the subject has enrolled, read at most once for an answer. */
  readonly factors?: () => Promise<readonly StoredFactor[]>
  /** What else has to happen, in the same unit, when an enrolment replaces what was enrolled before. */
  readonly replaced?: (unit: Unit) => Promise<void>
  /** Whether they have proven anything yet. Before that nothing may show what an account has. */
  readonly proven?: boolean
}

export type Started = {
  readonly prompt: Prompt
  /** Kept in the record until the answer comes; small JSON, secrets hashed or sealed. */
  readonly state: Json
}

export type Verdict =
  /** Proven. `account` where the proof itself says who (identifier, discoverable passkey, username + password). */
  | { readonly type: 'proven'; readonly amr: readonly string[]; readonly subject?: Subject }
  /** Wrong: the same option may be tried again. The code must not differ between account and ghost. */
  | { readonly type: 'rejected'; readonly failure: Failure; readonly restart?: Started }
  /** Not an answer but a request of the person (resend the code): show this. */
  | {
      readonly type: 'again'
      readonly started: Started
      readonly message?: { readonly code: ErrorCode; readonly params: Readonly<Record<string, string>> }
    }

/** One enrolled factor, for account pages and the Admin API. */
export interface Factor {
  readonly id: FactorId
  readonly authenticator: string
  readonly name: string | undefined
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}

export type Params = Readonly<Record<string, string>>

/** Name, display name and message key that wire-compatible SDKs compare literally. */
export interface WireName {
  readonly name: string
  readonly displayName: string
  readonly i18nKey: string
}

/** A way to prove who somebody is. One folder under `authenticators/`; joined through the slot below. */
export interface Authenticator {
  readonly id: string
  /** How it is called on the app-native wire; its own id under the provider `LOCAL` when absent. */
  readonly wire?: WireName
  /** What kind of proof: the identifier proves nothing, it only says whom the flow is about. */
  readonly proves: 'identity' | 'knowledge' | 'possession' | 'inherence'
  /** Whether one proof counts as several factors (a passkey with user verification). */
  readonly multiFactor?: boolean
  /** Can it be an option although nobody has been identified yet? */
  readonly withoutSubject: boolean
  /** Must an option be started before its prompt is complete (mail is sent, challenge made)? False: its prompt is shown at once. */
  readonly starts: boolean
  /** Can its prompt wait, unseen, beside a form that asks who somebody is (WebAuthn conditional mediation)? */
  readonly waits?: boolean
  /**
   * Is it enrolled for this account? With `factors`, what the account has, nothing is read. Not asked for ghosts:
   * before a first proof every alternative is offered.
   */
  readonly enrolled: (engine: Engine, account: Account, factors?: readonly StoredFactor[]) => Promise<boolean>
  /** Who an answer is about that names somebody itself (username and password in one step); asked before it is judged. */
  readonly subjectOf?: (ceremony: Ceremony, params: Params) => Promise<Subject | undefined>
  readonly prompt: (ceremony: Ceremony) => Promise<Started>
  /** Called after the record's version was claimed and the attempt counted. Takes as long for a ghost as for an account. */
  readonly verify: (ceremony: Ceremony, params: Params, state: Json) => Promise<Verdict>
  /** Enrolment inside a flow or on the account page; bound to the ceremony that started it. */
  readonly enrol?: {
    readonly prompt: (ceremony: Ceremony) => Promise<Started>
    readonly verify: (ceremony: Ceremony, params: Params, state: Json) => Promise<Verdict>
  }
  readonly list: (engine: Engine, org: OrganizationId, account: AccountId) => Promise<readonly Factor[]>
  /** In the caller's unit, with what has to happen when a factor goes. */
  readonly remove: (
    engine: Engine,
    unit: Unit,
    org: OrganizationId,
    account: AccountId,
    factor: FactorId,
  ) => Promise<boolean>
  /** Names a factor the person may have several of. */
  readonly rename?: (
    engine: Engine,
    org: OrganizationId,
    account: AccountId,
    factor: FactorId,
    name: string,
  ) => Promise<boolean>
  /**
   * Sets the credential to a known value (configuration as code, password change): a password, a base32 seed.
   * `undefined` when the account has exactly this one already, else the write, for a unit; it emits
   * `factor.added` or `factor.changed`. Fails with the authenticator's own codes when the value is not acceptable.
   */
  readonly provision?: (
    engine: Engine,
    account: Account,
    value: string,
  ) => Promise<((unit: Unit) => Promise<void>) | undefined>
  /** What would be accepted now (the TOTP code), for the development inbox; never called elsewhere. */
  readonly developmentCode?: (engine: Engine, account: Account) => Promise<string | undefined>
}

/** Where authenticators join, keyed by id. */
export const authenticators = defineSlot<Authenticator>('flow.authenticators')
