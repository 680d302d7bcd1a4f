import type { ConsentPrompt } from '@cardea/protocol'
import type { Message, Phrase } from '../text.ts'
import type { Asked } from './asked.ts'
import type { SignInEvent } from './state.ts'

export interface FieldView {
  readonly id: string
  readonly name: string
  readonly type: 'text' | 'password' | 'code'
  readonly autocomplete: string
  readonly inputMode?: 'numeric' | 'email' | 'text'
  readonly label: Message
  readonly value?: string
  readonly error?: Message
  readonly describedBy?: string
  /** Whether it takes the focus. */
  readonly focus: boolean
}

export interface ActionView {
  readonly id: string
  readonly label: Message
  readonly icon?: 'passkey' | 'email' | 'app' | 'password' | 'person' | 'external'
  readonly event: SignInEvent
  readonly busy: boolean
  /** What the action's own plain form posts, hidden. */
  readonly entries: Readonly<Record<string, string>>
}

export type StepKind =
  | 'identifier'
  | 'password'
  | 'code'
  | 'fields'
  | 'choose'
  | 'passkey'
  | 'enrol-totp'
  | 'enrol-passkey'
  | 'consent'

/** One step, ready to be drawn: an adapter adds markup and nothing else. */
export interface StepView {
  readonly type: 'step'
  readonly kind: StepKind
  /** Changes when another form is on show; stays while the same one is tried again. */
  readonly key: string
  readonly version: number
  /** Changes when secret fields are emptied and waits begin anew. */
  readonly round: number
  /** Changes when the focus should move to `focus`. */
  readonly turn: number
  readonly heading: Message
  readonly subheading?: Message
  readonly progress?: { readonly step: number; readonly of: number; readonly label: Phrase }
  /** Who is signing in, and how to be somebody else. */
  readonly person?: { readonly identifier: string; readonly initials: string; readonly change?: ActionView }
  readonly fields: readonly FieldView[]
  /** Hidden fields of the step's plain form. */
  readonly entries: Readonly<Record<string, string>>
  /** Absent where the options are the step. */
  readonly primary?: { readonly label: Message; readonly busy: boolean; readonly event?: SignInEvent }
  readonly skip?: ActionView
  /** Refuses a consent. */
  readonly deny?: ActionView
  readonly resend?: ActionView & { readonly seconds: number }
  readonly options: readonly ActionView[]
  /** Folded behind "Try another way", or beside the primary action. */
  readonly folded: boolean
  readonly alert?: Message
  readonly notice?: Message
  /** Said to screen readers when it changes. */
  readonly live?: Message
  /** Id of the element that gets the focus. */
  readonly focus: string
  /** Whether anything is on its way. */
  readonly busy: boolean
  readonly enrolment?: {
    readonly qr: { readonly path: string; readonly size: number }
    readonly uri: string
    readonly secret: string
    /** The secret in groups of four. */
    readonly groups: readonly string[]
  }
  readonly consent?: ConsentPrompt & { readonly asked: readonly Asked[] }
}

export type SignInView =
  | { readonly type: 'loading' }
  | StepView
  | { readonly type: 'done'; readonly heading: Phrase }
  | {
      readonly type: 'failed'
      readonly heading: Phrase
      readonly message: Message
      readonly reference?: Phrase
      /** Id of the element that gets the focus. */
      readonly focus: string
      readonly restart: { readonly label: Phrase; readonly event: SignInEvent }
    }

export interface ViewContext {
  /** Start of every id in this view, unique on the page. */
  readonly prefix: string
  /** The app somebody signs in to. */
  readonly appName?: string | undefined
}
