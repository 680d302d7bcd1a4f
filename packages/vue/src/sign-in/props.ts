import type { NativeStep, StepForm } from '@cardea/protocol'

/** What every form of sign-in takes. */
export interface SignInProps {
  /** "to continue to …" */
  appName?: string | undefined
  /** Whose sign-in it is; without it the card has no brand line. */
  brand?: { name: string; logoUri?: string | undefined } | undefined
  /** Path to go to afterwards. Without it the page stays and shows its signed-in content. */
  returnTo?: string | undefined
  loginHint?: string | undefined
  acrValues?: string | undefined
  prompt?: 'login' | undefined
  /** Goes once to the identity provider, so that other apps see the sign-in too. Default true. */
  sso?: boolean | undefined
  /** Puts the focus into the first field. Default true. */
  autofocus?: boolean | undefined
  /** 1 where sign-in is the page. Default: 1 with a `form`, else 2. */
  headingLevel?: 1 | 2 | undefined
  /** A step that the server rendered. */
  initial?: { step: NativeStep; version: number; retry: boolean } | undefined
  /** Its plain form: the step works without JavaScript. */
  form?: StepForm | undefined
  /** Whose form it is. Default `hosted`. */
  door?: 'hosted' | 'bff' | undefined
}
