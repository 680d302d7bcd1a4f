import type { NativeError, NativeStep } from './native.ts'

/**
 * What the browser says to its backend-for-frontend, below the base path (`/auth` in an app, `/account/_auth`
 * in the portal). Every JSON call carries the header `Cardea-Csrf: 1`. Tokens, codes and flow handles never
 * appear in any of these.
 */
export interface BffUser {
  sub: string
  name?: string
  email?: string
  emailVerified?: boolean
  picture?: string
  preferredUsername?: string
  org?: { id: string; handle?: string }
}

/** `GET {base}/session`. Times in seconds since the epoch. */
export type BffSession =
  | { status: 'signed-in'; user: BffUser; authTime?: number; acr?: string; amr?: string[]; expiresAt: number }
  | { status: 'signed-out' }

/** `POST {base}/flow`: starts a native sign-in. */
export interface BffFlowStart {
  loginHint?: string
  acrValues?: string
  prompt?: 'login'
  returnTo?: string
}

/** `POST {base}/flow/step`: answers a step; `params` absent starts the option. */
export interface BffFlowAnswer {
  version: number
  authenticatorId: string
  params?: Record<string, string>
}

/** Answer of both, and of the hosted form door (`POST /flow/{id}` with `Accept: application/json`). */
export type FlowAnswer =
  /** `csrf`: the token the next plain form post needs, where the door uses one. */
  | { status: 'step'; retry: boolean; version: number; step: NativeStep; csrf?: string }
  /** Native: the session exists. `adoptUrl`: go there once so that other apps see the sign-in; it comes back to `returnTo`. */
  | { status: 'signed-in'; session: BffSession; returnTo: string; adoptUrl?: string }
  /** Hosted: the flow is over, go there. */
  | { status: 'redirect'; url: string }
  /** The flow cannot go on; start again. `transient`: not just now, and the step may be answered again. */
  | {
      status: 'failed'
      transient?: true
      error: Pick<NativeError, 'code' | 'reason' | 'description' | 'traceId'> & { params?: Record<string, string> }
    }

/** `POST {base}/sign-out`: go to `redirectUrl`, to end the session at the identity provider too or for a `returnTo`. */
export interface BffSignOut {
  redirectUrl?: string
}

export const csrfHeader = 'Cardea-Csrf'

/** Paths below the base. `login` and `callback` are navigations, the rest JSON (`flow/step` and `sign-out` take plain forms too). */
export const bffPaths = {
  session: '/session',
  login: '/login',
  callback: '/callback',
  flow: '/flow',
  step: '/flow/step',
  signOut: '/sign-out',
  signedOut: '/signed-out',
  backchannelLogout: '/backchannel-logout',
  api: '/api',
} as const

/** Field names of a step's plain HTML form, on both doors. Every other field is a param of the authenticator. */
export const formFields = {
  authenticatorId: 'authenticatorId',
  version: 'version',
  csrf: 'csrf',
  decision: 'decision',
} as const
