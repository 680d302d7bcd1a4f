import { createHash, randomBytes } from 'node:crypto'
import type { NativeError, NativeIncomplete } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol/constants'
import { inject } from 'vitest'
import { secretOf } from '../deployment/configuration.ts'
import { callback } from '../deployment/interop-apps.ts'

const origin = inject('origin')

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: NativeIncomplete & NativeError & { authData: Record<string, string> }
}

async function read(response: Response): Promise<Answer> {
  // What it holds is what the tests find out.
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}

export const basic = (clientId: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${secretOf(clientId)}`).toString('base64')}`,
})

/** The app's half of a sign-in: verifier and the parameters of the start. */
export function startOf(clientId: string, more: Readonly<Record<string, string>> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const parameters = {
    client_id: clientId,
    response_type: 'code',
    response_mode: 'direct',
    redirect_uri: callback,
    scope: 'openid profile',
    state: 'state-of-the-app',
    nonce: 'nonce-of-the-app',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }
  return { verifier, parameters }
}

export const start = async (parameters: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
  read(
    await fetch(`${origin}/oauth2/authorize`, {
      method: 'POST',
      headers: { accept: 'application/json', ...headers },
      body: new URLSearchParams(parameters),
    }),
  )

export const send = async (body: unknown, headers: Record<string, string> = {}) =>
  read(
    await fetch(`${origin}/oauth2/authn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
    }),
  )

/** `params` left out starts the option. */
export const answer = (
  flowId: string,
  authenticator: keyof typeof nativeAuthenticators,
  params?: Readonly<Record<string, string>>,
) =>
  send({
    flowId,
    selectedAuthenticator: {
      authenticatorId: nativeAuthenticators[authenticator].id,
      ...(params === undefined ? {} : { params }),
    },
  })

export const redeem = (clientId: string, code: string, verifier: string) =>
  fetch(`${origin}/oauth2/token`, {
    method: 'POST',
    headers: basic(clientId),
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    }),
  })

/** Identifier, then password: a code for `clientId`. */
export async function signInNatively(clientId: string, who: { username: string; password: string }) {
  const { parameters, verifier } = startOf(clientId, { scope: 'openid profile email offline_access' })
  const { body } = await start(parameters, basic(clientId))
  await answer(body.flowId, 'identifier', { username: who.username })
  const done = await answer(body.flowId, 'password', { password: who.password })
  const code = done.body.authData?.code
  if (!code) throw new Error(`sign-in stopped: ${JSON.stringify(done.body)}`)
  return { code, verifier }
}
