import type { AccountId, ClientId, ErrorCode, FlowId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Json } from '../../kernel/events/index.ts'
import type { AuthorizationRequest } from '../authorization/index.ts'
import type { ProvenFactor } from '../session/index.ts'
import type { Prompt } from './authenticator.ts'
import type { SignInPolicy } from './policy.ts'

/** Which door a flow is answered through, and so what its answers are bound to. */
export type Binding =
  /** App-native: the client that started it. */
  | { readonly door: 'native'; readonly client: ClientId }
  /** Hosted pages: the browser that holds the flow cookie (SHA-256 of its secret). */
  | { readonly door: 'hosted'; readonly browser: string }

/** An option that was started and waits for its answer. `state` is the authenticator's own (a challenge, a code's hash). */
export interface Pending {
  readonly authenticator: string
  readonly purpose: 'verify' | 'enrol'
  readonly state: Json
  /** What it shows; sealed with `state` while it waits (an enrolment's seed is in it). */
  readonly prompt: Prompt
  readonly startedAt: number
}

/** What the person is told above the next step: why the last answer was refused, or that a code was sent. */
export interface FlowMessage {
  readonly type: 'ERROR' | 'INFO'
  readonly code: ErrorCode
  readonly params: Readonly<Record<string, string | number>>
}

/** One run of a flow kind; every door presents this same record. */
export interface FlowRecord {
  /** Bearer handle, 256 bits; stored as SHA-256. */
  readonly id: FlowId
  readonly org: OrganizationId
  readonly kind: 'sign-in' | 'step-up'
  readonly client: ClientId
  readonly binding: Binding
  /** Name of the ending (`code`): what happens when every step is satisfied. */
  readonly ending: string
  readonly request: AuthorizationRequest
  readonly policy: SignInPolicy
  /** What the person typed, and the account it means (a ghost's id for nobody). */
  readonly identifier: string | undefined
  readonly account: AccountId | undefined
  readonly ghost: boolean
  /** Session the flow builds on, when the browser had one. */
  readonly session: SessionId | undefined
  readonly done: readonly ProvenFactor[]
  /** Steps whose offered enrolment was skipped. */
  readonly skipped: readonly string[]
  readonly pending: Pending | undefined
  readonly message: FlowMessage | undefined
  readonly consent: 'unknown' | 'needed' | 'given' | 'not-needed'
  readonly attempts: number
  /** Counts answers; an answer claims the version it saw before anything is verified. */
  readonly version: number
  readonly status: 'open' | 'completed' | 'failed'
  readonly createdAt: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What the person sees next. `advance(record, policy, account)` gives it; every door renders it. */
export type NextStep =
  /** Prove one of these; `ready` has its prompt, the others must be started first. */
  | { readonly type: 'prove'; readonly step: string; readonly options: readonly string[] }
  | { readonly type: 'enrol'; readonly step: string; readonly options: readonly string[]; readonly skippable: boolean }
  | { readonly type: 'consent' }
  | { readonly type: 'done' }
  /** The policy asks for something this person cannot do. */
  | { readonly type: 'refused' }
