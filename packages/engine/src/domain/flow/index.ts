import type { AccountId, FlowId, NativeStep, OrganizationId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Call } from '../../kernel/http/index.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { LiveSession } from '../session/index.ts'
import type { FlowAnswer } from './answer.ts'
import type { FlowOutcome, FlowStart, Proof, Visitor } from './doors.ts'
import type { FlowRecord } from './flow.ts'
import type { SignInPolicy } from './policy.ts'
import { deleteExpiredFlows, flowMigrations } from './store.ts'
import type { UnknownAuthenticator } from './unknown.ts'

export type { FlowAnswer } from './answer.ts'
export * from './authenticator.ts'
export * from './doors.ts'
export type * from './flow.ts'
export type { SignInPolicy } from './policy.ts'
export { defaultPolicy } from './policy.ts'
export { wireId } from './step.ts'
export { createFlows } from './verbs.ts'

/** Starting, showing and answering flows; the doors call these and only present the result. */
export interface Flows {
  /** Starts a flow and advances it as far as the session allows: it may be finished at once. */
  readonly start: (start: FlowStart) => Promise<FlowOutcome>
  /** Whether the session alone would finish such a flow, consent apart (`prompt=none`). */
  readonly satisfies: (
    start: Pick<FlowStart, 'client' | 'request'> & { readonly session: LiveSession },
  ) => Promise<boolean>
  /** A live flow by its handle. Fails with `flow.unknown`, `flow.expired`, `flow.wrong_browser`. */
  readonly find: (id: FlowId, proof: Proof) => Promise<{ readonly record: FlowRecord; readonly client: Client }>
  /** A live flow as it stands, for a page. Fails as `find` does. */
  readonly show: (
    id: FlowId,
    proof: Proof,
  ) => Promise<{
    readonly record: FlowRecord
    readonly client: Client
    readonly step: NativeStep
    readonly retry: boolean
  }>
  /** Where a sign-in that is over can be started again, for whom it belonged to. */
  readonly restartUrl: (id: FlowId, proof: Proof) => Promise<string | undefined>
  /**
   * Judges an answer. A wrong one is an open outcome with `retry`; fails with `flow.superseded` when another answer
   * was first, `flow.authenticator_not_offered`, `flow.too_many_attempts`, and as `find` does.
   */
  readonly answer: (id: FlowId, proof: Proof, answer: FlowAnswer, from: Visitor) => Promise<FlowOutcome>
  /** Answers the consent step. */
  readonly decide: (
    id: FlowId,
    proof: Proof,
    decision: { readonly version?: number | undefined; readonly approve: boolean },
    from: Visitor,
  ) => Promise<FlowOutcome>
  /** Ends an account's open flows: what was proven in them may not be worth anything any more. */
  readonly endAll: (unit: Unit, org: OrganizationId, account: AccountId) => Promise<void>
  /** What a hosted flow is bound to: the secret of the browser's flow cookie, or the one it will get. */
  readonly browser: (call: Pick<Call, 'cookies' | 'traceId'>) => Browser
  /** What a policy names and does not exist: a step that asks for nothing else lets nobody pass. */
  readonly unknownAuthenticators: (policy: SignInPolicy) => readonly UnknownAuthenticator[]
  /** Whose request it is. `address` and `userAgent` of the request itself unless told. */
  readonly visitor: (call: Call, reported?: Partial<Pick<Visitor, 'address' | 'userAgent'>>) => Visitor
}

/** A browser as flows know it. */
export interface Browser {
  readonly secret: string
  /** For `binding`. */
  readonly hash: string
  /** `Set-Cookie` that gives it the secret. */
  readonly cookie: string
  /** Token for the forms of one flow. */
  readonly csrf: (flow: FlowId) => string
}

export const flowNoun: Feature<Engine> = {
  id: 'flow',
  migrations: flowMigrations,
  jobs: [
    {
      name: 'flow-expiry',
      everySeconds: 600,
      run: ({ store, now }) => deleteInPortions(store, (unit, limit) => deleteExpiredFlows(unit, now(), limit)),
    },
  ],
}
