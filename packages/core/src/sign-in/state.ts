import type { BffFlowStart, BffSession, FlowAnswer, NativeAuthenticator, NativeStep } from '@cardea/protocol'
import type { StepAnswer } from '../transport/transport.ts'

/** Something wrong that this page noticed itself. */
export type Fault =
  | { readonly type: 'missing'; readonly names: readonly string[] }
  | { readonly type: 'passkey-cancelled' }
  | { readonly type: 'passkey-known' }
  | { readonly type: 'passkey-unsupported' }
  /** The server cannot go on just now, or nobody answers; the flow is still there. */
  | { readonly type: 'refused'; readonly failure: FlowFailure }

/** What the person set going, and what is shown as busy until the answer is there. */
export type Pending =
  | { readonly type: 'submit' | 'skip' | 'resend' | 'change' | 'approve' | 'deny' }
  /** The browser's dialog is open, and what it gave is on its way. */
  | { readonly type: 'passkey' | 'passkey-answer' }
  | { readonly type: 'choose'; readonly authenticatorId: string }

export interface StepState {
  readonly type: 'step'
  readonly version: number
  readonly csrf?: string | undefined
  readonly step: NativeStep
  readonly retry: boolean
  /** Every option of this place in the policy: starting one hides the others on the wire, not from the person. */
  readonly options: readonly NativeAuthenticator[]
  /** The option on show; without one the person chooses. */
  readonly selected?: string | undefined
  readonly pending?: Pending | undefined
  readonly fault?: Fault | undefined
  /** A passkey is being made ready for the autofill; what the person does meanwhile waits for its answer. */
  readonly preparing?: { readonly queued?: SignInEvent | undefined } | undefined
  /** Counts the steps the server sent: what was secret in the fields is gone with each. */
  readonly round: number
  /** Counts what asks for the person's attention: a new form, a refusal. The first takes no announcement. */
  readonly turn: number
}

export interface FlowFailure {
  readonly code: string
  readonly params: Readonly<Record<string, string>>
  readonly description?: string | undefined
  readonly traceId?: string | undefined
}

export type SignInState =
  | { readonly type: 'idle' }
  | { readonly type: 'loading' }
  | StepState
  /** The page is being left. `from` stays on show until it is gone. */
  | { readonly type: 'redirect'; readonly url: string; readonly from?: StepState | undefined }
  | {
      readonly type: 'done'
      readonly session: BffSession
      readonly returnTo: string
      readonly from?: StepState | undefined
    }
  | { readonly type: 'failed'; readonly failure: FlowFailure }

export type SignInEvent =
  /** Starts the flow, or starts it again. */
  | { readonly type: 'start' }
  | { readonly type: 'answered'; readonly answer: FlowAnswer }
  | { readonly type: 'unreachable' }
  /** Hosted sign-in came back without anybody. */
  | { readonly type: 'came-back'; readonly code: string }
  /** The quiet start of a passkey is over; without an answer there is no autofill. */
  | { readonly type: 'prepared'; readonly answer?: FlowAnswer | undefined }
  /** The step's form, by field name. */
  | { readonly type: 'submit'; readonly values: Readonly<Record<string, string>> }
  | { readonly type: 'choose'; readonly authenticatorId: string }
  /** Back to the identifier. */
  | { readonly type: 'change' }
  | { readonly type: 'resend' }
  | { readonly type: 'skip' }
  | { readonly type: 'decide'; readonly decision: 'approve' | 'deny' }
  /** Runs the passkey ceremony of the step. */
  | { readonly type: 'passkey' }
  | { readonly type: 'passkey-answered'; readonly tokenResponse: string; readonly authenticatorId: string }
  | { readonly type: 'passkey-failed'; readonly fault: Fault }

export type Effect =
  | { readonly type: 'start' }
  | { readonly type: 'reload' }
  | { readonly type: 'answer'; readonly answer: StepAnswer }
  /** `conditional`: waits quietly in the browser's autofill until the person picks a passkey there. */
  | {
      readonly type: 'passkey'
      readonly authenticatorId: string
      readonly challengeData: string
      readonly conditional: boolean
    }
  /** Starts a passkey option quietly, where the browser can offer it in the autofill. */
  | { readonly type: 'prepare'; readonly answer: StepAnswer }
  | { readonly type: 'cancel-passkey' }
  | { readonly type: 'adopt'; readonly session: BffSession }
  | { readonly type: 'navigate'; readonly url: string }

export interface SignInOptions extends BffFlowStart {
  /** A step that the server rendered. */
  readonly initial?: { step: NativeStep; version: number; retry: boolean; csrf?: string } | undefined
  /** Hosted sign-in, for what cannot be done natively. */
  readonly hostedUrl?: string | undefined
  /** Whether the flow can be started from here; otherwise its page is loaded again. */
  readonly startable?: boolean
  /** Whether to go once to where other apps learn of the sign-in. Default true. */
  readonly sso?: boolean | undefined
}
