import type { FlowId } from '@cardea/protocol'
import type { FlowOutcome, FlowStart } from './doors.ts'
import type { FlowRecord } from './flow.ts'

export * from './authenticator.ts'
export * from './doors.ts'
export type * from './flow.ts'
export type * from './policy.ts'

/** Starting, showing and answering flows; the doors call these and only present the result. */
export interface Flows {
  /** Starts a flow and advances it as far as the session allows: it may be finished at once. */
  readonly start: (start: FlowStart) => Promise<FlowOutcome>
  /** A live flow by its handle, for a door that proved its binding. Fails with `flow.unknown`, `flow.expired`, `flow.wrong_browser`. */
  readonly find: (id: FlowId, binding: FlowRecord['binding']) => Promise<FlowRecord>
}
