import type { BffFlowStart, BffSession, BffSignOut, FlowAnswer } from '@cardea/protocol'

/** An answer to a step. No `params`: start the option. `decision` answers a consent step instead. */
export interface StepAnswer {
  readonly version: number
  readonly authenticatorId?: string
  readonly params?: Readonly<Record<string, string>>
  readonly decision?: 'approve' | 'deny'
  /** Of the step's form, where the door uses one. */
  readonly csrf?: string | undefined
}

/** Speaks for a flow. Rejects only when nobody answers. */
export interface FlowTransport {
  /** Absent where the server started the flow and its page must be loaded again. */
  readonly start?: (options: BffFlowStart) => Promise<FlowAnswer>
  readonly answer: (answer: StepAnswer) => Promise<FlowAnswer>
}

export interface SessionTransport {
  /** The path everything is below; it also names the channel between tabs. */
  readonly base: string
  readonly session: () => Promise<BffSession>
}

export interface Transport extends SessionTransport {
  readonly flow: FlowTransport
  readonly signOut: (returnTo?: string) => Promise<BffSignOut>
  readonly loginUrl: (options: BffFlowStart) => string
  readonly signOutUrl: string
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
}
