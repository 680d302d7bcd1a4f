import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { nativeAuthenticators } from '@cardea/protocol/constants'
import { administratorToken } from '../deployment/administrator.ts'
import { password, secretOf, usernameOf } from '../deployment/configuration.ts'
import { callback } from '../deployment/interop-apps.ts'

/** What a server said; the promise rejects when it died before it could. */
export interface Said {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const basic = (clientId: string) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${secretOf(clientId)}`).toString('base64')}`,
})

async function said(response: Response): Promise<Said> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Everything the load and the checks ask a server for. */
export function createClient(origin: string) {
  const form = async (path: string, parameters: Record<string, string>) =>
    said(
      await fetch(origin + path, {
        method: 'POST',
        headers: { ...basic('native'), accept: 'application/json' },
        body: new URLSearchParams(parameters),
      }),
    )
  const json = async (method: string, path: string, body?: unknown, token?: string) =>
    said(
      await fetch(origin + path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  const answer = (flowId: string, authenticatorId: string, params: Record<string, string>) =>
    json('POST', '/oauth2/authn', { flowId, selectedAuthenticator: { authenticatorId, params } })

  return {
    json,
    /** App-native sign-in of a plain person up to the code. */
    signIn: async (who: number): Promise<{ code: string; verifier: string }> => {
      const verifier = randomBytes(32).toString('base64url')
      const started = await form('/oauth2/authorize', {
        client_id: 'native',
        response_type: 'code',
        response_mode: 'direct',
        redirect_uri: callback,
        scope: 'openid offline_access',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      const flowId = text(started.body.flowId)
      await answer(flowId, nativeAuthenticators.identifier.id, { username: usernameOf('plain', who) })
      for (;;) {
        const done = await answer(flowId, nativeAuthenticators.password.id, { password })
        const { code } = (done.body.authData ?? {}) as { code?: string }
        if (code) return { code, verifier }
        // An attempt that a kill has cut off counts for twenty seconds: after several, one is told to wait.
        if (!JSON.stringify(done.body).includes('message.flow.wait'))
          throw new Error(`no code: ${JSON.stringify(done.body)}`)
        await wait(1000)
      }
    },
    redeem: (code: string, verifier: string) =>
      form('/oauth2/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      }),
    refresh: (token: string) => form('/oauth2/token', { grant_type: 'refresh_token', refresh_token: token }),
    revoke: (token: string) => form('/oauth2/revoke', { token }),
    administratorToken: () => administratorToken(origin),
  }
}

export type Client = ReturnType<typeof createClient>
