import { createHash, randomBytes } from 'node:crypto'
import type { CardeaConfig, NativeComplete, NativeError, NativeIncomplete } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import type { TestEngine } from '../../testing.ts'

const redirectUri = 'http://localhost:3001/auth/callback'
const secret = 'a-secret-of-the-test-app-0001'

/** People and apps that the tests of sign-in share. */
export const config: CardeaConfig = {
  organizations: [{ handle: 'demo', name: 'Northwind' }],
  policies: {
    'one-page': {
      steps: [
        { id: 'first-factor', alternatives: ['password'] },
        {
          id: 'second-factor',
          alternatives: ['totp'],
          when: { field: 'account.enrolled', operator: 'contains', value: 'totp' },
        },
      ],
    },
  },
  accounts: [
    { username: 'alex@demo.test', email: 'alex@demo.test', emailVerified: true, password: 'demo-alex-2026' },
    {
      username: 'bea',
      email: 'bea@demo.test',
      emailVerified: true,
      password: 'demo-bea-2026',
      totp: 'JBSWY3DPEHPK3PXPJBSWY3DP',
    },
    {
      username: 'tara@demo.test',
      email: 'tara@demo.test',
      emailVerified: true,
      password: 'demo-tara-2026',
      attributes: { mfa: 'totp' },
    },
    {
      username: 'pat@demo.test',
      email: 'pat@demo.test',
      emailVerified: true,
      password: 'demo-pat-2026',
      attributes: { mfa: 'passkey' },
    },
    { username: 'uma@demo.test', email: 'uma@demo.test', emailVerified: true, password: 'demo-uma-2026' },
    {
      username: 'pia@demo.test',
      email: 'pia@demo.test',
      emailVerified: true,
      password: 'demo-pia-2026',
      attributes: { mfa: 'passkey' },
    },
  ],
  apps: [
    { clientId: 'calendar', name: 'Calendar', secret, redirectUris: [redirectUri], firstParty: true, appNative: true },
    {
      clientId: 'mobile',
      name: 'Mobile',
      redirectUris: ['http://localhost:3009/cb'],
      firstParty: true,
      appNative: true,
    },
    {
      clientId: 'one-page',
      name: 'One page',
      redirectUris: [redirectUri],
      firstParty: true,
      appNative: true,
      signInPolicy: 'one-page',
    },
    {
      clientId: 'one-page-backend',
      name: 'One page, by its backend',
      secret,
      redirectUris: [redirectUri],
      firstParty: true,
      appNative: true,
      signInPolicy: 'one-page',
    },
    { clientId: 'plain', name: 'Not native', secret, redirectUris: [redirectUri], firstParty: true },
    { clientId: 'thirdparty', name: 'Third party', secret, redirectUris: ['http://localhost:3008/cb'] },
  ],
}

export const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

const basic = (clientId: string, password = secret) => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${password}`).toString('base64')}`,
})

export const ids = {
  identifier: nativeAuthenticators.identifier.id,
  password: nativeAuthenticators.password.id,
  totp: nativeAuthenticators.totp.id,
  email: nativeAuthenticators['email-otp'].id,
  passkey: nativeAuthenticators.passkey.id,
}

/** Any body of the two endpoints; tests read the members of the one they expect. */
export interface Answer extends Omit<NativeIncomplete, 'flowStatus'>, NativeError {
  readonly flowStatus: NativeIncomplete['flowStatus'] | NativeComplete['flowStatus']
  readonly authData: Readonly<Record<string, string>>
}

interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: Answer
}

export interface NativeApp {
  readonly start: (more?: Record<string, string>) => Promise<Answered>
  readonly answer: (
    flowId: string,
    authenticatorId: string,
    params?: Record<string, string>,
    more?: { version?: number; headers?: Record<string, string>; address?: string },
  ) => Promise<Answered>
  readonly redeem: (code: string) => Promise<{ status: number; body: Record<string, unknown> }>
}

/** An app that signs people in natively; confidential ones authenticate on every call. */
export function nativeApp(cardea: TestEngine, clientId = 'calendar', headers: Record<string, string> = {}): NativeApp {
  const app = config.apps?.find((one) => one.clientId === clientId)
  const own = app?.secret ? { ...basic(clientId), ...headers } : headers
  const uri = app?.redirectUris?.[0] ?? redirectUri
  const read = async (response: Response) => ({
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer,
  })
  return {
    start: async (more: Record<string, string> = {}) =>
      read(
        await cardea.fetch('/oauth2/authorize', {
          method: 'POST',
          headers: { accept: 'application/json', ...own },
          body: new URLSearchParams({
            client_id: clientId,
            response_type: 'code',
            response_mode: 'direct',
            redirect_uri: uri,
            scope: 'openid profile',
            state: 'st-1',
            code_challenge: challenge,
            code_challenge_method: 'S256',
            ...more,
          }),
        }),
      ),
    answer: async (
      flowId: string,
      authenticatorId: string,
      params?: Record<string, string>,
      more: { version?: number; headers?: Record<string, string>; address?: string } = {},
    ) =>
      read(
        await cardea.fetch('/oauth2/authn', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...own, ...more.headers },
          ...(more.address ? { address: more.address } : {}),
          body: JSON.stringify({
            flowId,
            ...(more.version === undefined ? {} : { version: more.version }),
            selectedAuthenticator: { authenticatorId, ...(params ? { params } : {}) },
          }),
        }),
      ),
    redeem: async (code: string) => {
      const response = await cardea.fetch('/oauth2/token', {
        method: 'POST',
        headers: own,
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: uri,
          code_verifier: verifier,
          ...(app?.secret ? {} : { client_id: clientId }),
        }),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
  }
}

/** Says who, then the password; what comes then. */
export async function withPassword(
  app: NativeApp,
  username: string,
  password: string,
  more: Record<string, string> = {},
): Promise<Answered & { readonly flowId: string }> {
  const { body } = await app.start(more)
  await app.answer(body.flowId, ids.identifier, { username })
  return { flowId: body.flowId, ...(await app.answer(body.flowId, ids.password, { password })) }
}

/** Nothing is delivered in the background any more. */
export async function quiet(cardea: TestEngine): Promise<void> {
  for (let last = -1; ; ) {
    const { statements } = cardea.engine.store.counts()
    if (statements === last) return
    last = statements
    await new Promise((go) => setTimeout(go, 60))
  }
}

/** Payload of a JWT, unverified. */
export const payloadOf = (jwt: unknown): Record<string, unknown> =>
  JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString())
