import type { ClientId, NativeStep } from '@cardea/protocol'
import type { Call } from '../../kernel/http/call.ts'
import { defineSlot } from '../../kernel/slot.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Account } from '../account/index.ts'
import type { AuthorizationAnswer } from '../authorization/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { LiveSession, Session } from '../session/index.ts'
import type { FlowRecord } from './flow.ts'

/** What the answers of a new flow will be bound to, and the cookies that make it so. */
export interface Bound {
  readonly binding: FlowRecord['binding']
  readonly cookies: readonly string[]
}

/**
 * How a flow that was just started is shown: the app-native answer, or a redirect to the hosted page; also when
 * the session finished it at once. Contributed as `native` and `hosted`.
 */
export interface Door {
  /** Called before the flow exists. */
  readonly bind: (engine: Engine, call: Call, client: Client) => Bound
  readonly open: (engine: Engine, call: Call, client: Client, outcome: FlowOutcome, bound: Bound) => Promise<Response>
}
export const doors = defineSlot<Door>('flow.doors')

/** What happens when every step of a flow is satisfied. Contributed by the feature that starts such flows (`code`). */
export interface Ending {
  /** Whether the person must still agree to something, asked once the account is known. */
  readonly needsConsent: (engine: Engine, flow: FlowRecord, account: Account, client: Client) => Promise<boolean>
  /** The person agreed: how that is written down, in the unit that finishes. */
  readonly consented: (
    engine: Engine,
    flow: FlowRecord,
    account: Account,
    client: Client,
  ) => Promise<(unit: Unit) => Promise<void>>
  /**
   * Every step is satisfied and the session exists. Called once, in the unit that claims the record as completed:
   * it awaits store verbs only.
   */
  readonly finish: (
    engine: Engine,
    unit: Unit,
    flow: FlowRecord,
    account: Account,
    session: Session,
    client: Client,
  ) => Promise<AuthorizationAnswer>
  /** The person said no, or the policy refuses. */
  readonly refuse: (
    engine: Engine,
    flow: FlowRecord,
    reason: 'access_denied' | 'unmet_requirements',
  ) => AuthorizationAnswer
}
export const endings = defineSlot<Ending>('flow.endings')

/** What the authorization endpoint asks the flow to do. */
export interface FlowStart {
  readonly kind: FlowRecord['kind']
  readonly client: Client
  readonly ending: string
  readonly request: FlowRecord['request']
  readonly binding: FlowRecord['binding']
  /** The live session the browser (or `sessionId`) came with, if any and if `prompt` lets it count. */
  readonly session: LiveSession | undefined
  readonly from?: Visitor
}

/** Who is at the door, for limits, sessions and the audit trail. */
export interface Visitor {
  readonly address: string
  /** The address is the one that a client which has proven itself tells, not where the call comes from. */
  readonly reported?: boolean
  readonly userAgent: string | undefined
  /** Value of the known-device cookie. */
  readonly device?: string | undefined
  /** Secret of the SSO cookie. */
  readonly session?: string | undefined
  /** `traceId` of the request. */
  readonly traceId: string
}

/** What shows that an answer comes from where the flow was started. */
export type Proof =
  /** The client when it authenticated; the handle alone is the proof of a public one. */
  | { readonly door: 'native'; readonly client?: ClientId }
  /** Secret of the flow cookie. */
  | { readonly door: 'hosted'; readonly secret: string }

/** Where a flow stands after it was started or answered. */
export type FlowOutcome =
  | {
      readonly type: 'open'
      readonly flow: FlowRecord
      /** Whether the last answer was refused and may be tried again. */
      readonly retry: boolean
      readonly step: NativeStep
    }
  | {
      readonly type: 'finished'
      readonly flow: FlowRecord
      readonly answer: AuthorizationAnswer
      /** Absent when the flow was refused. */
      readonly session: Session | undefined
      /** New secret for the SSO cookie, when the session is new or was renewed. */
      readonly sessionSecret: string | undefined
    }
