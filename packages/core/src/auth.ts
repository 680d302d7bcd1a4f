import type { BffFlowStart, BffSession } from '@cardea/protocol'
import { placeOf } from './location.ts'
import type { Runtime } from './runtime.ts'
import { browserRuntime } from './runtime.ts'
import type { Session } from './session.ts'
import { createSession } from './session.ts'
import { bff } from './transport/bff.ts'
import type { Transport } from './transport/transport.ts'

export interface AuthOptions {
  transport?: Transport
  runtime?: Runtime
  /** The session as the server knows it: the first render is right, and no request is made for it. */
  snapshot?: BffSession
}

export interface SignOutOptions {
  /** Path to come back to. */
  returnTo?: string
  /** Called before anything that shows the signed-in person goes away. */
  onSignedOut?: () => void
}

/** One person's authentication: made once per page, and once per request on a server. */
export interface Auth {
  readonly session: Session
  readonly transport: Transport
  readonly runtime: Runtime
  /** Address of hosted sign-in. A plain link to it works. */
  signInUrl(options?: BffFlowStart): string
  /** Goes to hosted sign-in and comes back to `returnTo`, or to this page. */
  signIn(options?: BffFlowStart): void
  /** Ends the session here, and at the identity provider where it asks for it. Throws when nobody answers. */
  signOut(options?: SignOutOptions): Promise<void>
  /** Calls an API through the BFF, which adds the access token: `/calendar/events`. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

export function createAuth(options: AuthOptions = {}): Auth {
  const runtime = options.runtime ?? browserRuntime()
  const transport = options.transport ?? bff({ runtime })
  const session = createSession(transport, runtime, options.snapshot)
  const signInUrl = (start: BffFlowStart = {}) => transport.loginUrl(start)
  return {
    session,
    transport,
    runtime,
    signInUrl,
    signIn: (start = {}) => runtime.navigate(signInUrl({ returnTo: placeOf(runtime), ...start })),
    async signOut({ returnTo, onSignedOut } = {}) {
      const { redirectUrl } = await transport.signOut(returnTo)
      onSignedOut?.()
      session.adopt({ status: 'signed-out' })
      if (redirectUrl) runtime.navigate(redirectUrl)
    },
    fetch: transport.fetch,
  }
}
