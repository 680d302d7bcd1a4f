import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { AppConfig, CardeaConfig, SessionId } from '@cardea/protocol'
import { SignJWT } from 'jose'
import type { AuthorizationRequest } from '../../domain/authorization/index.ts'
import type { TestEngine, TestEngineOptions } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

export const callback = 'https://web.example/cb'
export const secret = 'a-long-secret-of-an-app-in-tests'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export const assertionKey = privateKey
export const strangersKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const person = { grantTypes: ['authorization_code', 'refresh_token'], redirectUris: [callback] }

const personScopes = ['openid', 'profile', 'email', 'offline_access', 'me:read', 'me:write', 'orders:read']

const apps: AppConfig[] = [
  {
    clientId: 'web',
    name: 'Web',
    secret,
    firstParty: true,
    appNative: true,
    ...person,
    postLogoutRedirectUris: ['https://web.example/bye'],
  },
  { clientId: 'rs256', name: 'RS256', secret, firstParty: true, idTokenAlg: 'RS256', ...person },
  { clientId: 'lenient', name: 'Lenient', secret, firstParty: true, refreshLeeway: 10, ...person },
  { clientId: 'other', name: 'Other', secret, authMethod: 'client_secret_post', firstParty: true, ...person },
  { clientId: 'spa', name: 'Spa', firstParty: true, appNative: true, ...person, origins: ['https://spa.example'] },
  { clientId: 'third', name: 'Third', secret, ...person },
  { clientId: 'terminal', name: 'Terminal', ...person, redirectUris: ['http://127.0.0.1/cb'] },
  { clientId: 'certified', name: 'OIDC', secret, profile: 'oidc', firstParty: true, ...person },
  {
    clientId: 'service',
    name: 'Service',
    secret,
    grantTypes: ['client_credentials'],
    scopes: ['accounts:read', 'orders:read', 'orders:write'],
  },
  {
    clientId: 'signed',
    name: 'Signed',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kty: 'EC', kid: 'k1', alg: 'ES256', use: 'sig' }] },
    grantTypes: ['client_credentials'],
    scopes: ['orders:read'],
  },
  // A resource server that introspects: its id is the API's identifier.
  { clientId: 'https://orders.example', name: 'Orders', secret, grantTypes: ['client_credentials'], scopes: [] },
]

export const oauthConfig: CardeaConfig = {
  organizations: [{ handle: 'demo', name: 'Northwind' }],
  apis: [
    {
      identifier: 'https://orders.example',
      name: 'Orders',
      scopes: [
        { name: 'orders:read', description: 'See orders' },
        { name: 'orders:write', description: 'Change orders' },
      ],
    },
    { identifier: 'https://slow.example', scopes: [], accessTokenLifetime: 900 },
  ],
  apps: apps.map((app) => ({ ...app, ...(app.scopes ? {} : { scopes: personScopes }) })),
  accounts: [
    { username: 'alex', email: 'alex@demo.test', emailVerified: true, name: 'Alex Rivera', password: 'demo-alex-2026' },
    { username: 'bo', email: 'bo@demo.test', password: 'demo-bo-2026-x' },
  ],
}

/** A whole engine with people and one app of every kind. */
export function oauthEngine(options: Omit<TestEngineOptions, 'config'> = {}): Promise<TestEngine> {
  return testEngine({ ...options, config: oauthConfig })
}

export type Json = Record<string, unknown>

/** A JSON answer's members. */
export async function jsonOf(response: Response): Promise<Json> {
  return (await response.json()) as Json
}

/** Posts a form as a client; `web` and others authenticate by Basic. */
export async function post(
  t: TestEngine,
  path: string,
  clientId: string,
  form: Record<string, string>,
): Promise<{ status: number; headers: Headers; body: Json }> {
  const credentials = authenticationOf(clientId)
  const answer = await t.fetch(path, {
    method: 'POST',
    headers: credentials.headers,
    body: new URLSearchParams({ ...credentials.form, ...form }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) }
}

function authenticationOf(clientId: string): { headers: Record<string, string>; form: Record<string, string> } {
  if (clientId === 'spa') return { headers: {}, form: { client_id: clientId } }
  if (clientId === 'other') return { headers: {}, form: { client_id: clientId, client_secret: secret } }
  return { headers: { authorization: basic(clientId, secret) }, form: {} }
}

export function basic(clientId: string, clientSecret: string): string {
  return `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`
}

/** A client assertion of `signed`; `change` replaces claims, `undefined` removes one. */
export function assertion(
  t: TestEngine,
  change: Json = {},
  { key = assertionKey, header = {} as Json } = {},
): Promise<string> {
  const now = Math.floor(t.clock.now() / 1000)
  const claims = {
    iss: 'signed',
    sub: 'signed',
    aud: t.publicUrl,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    ...change,
  }
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(key)
}

export const verifier = 'a-verifier-with-enough-characters-for-rfc-7636-x'
export const challengeOf = (text: string) => createHash('sha256').update(text).digest('base64url')

export interface Authorized {
  readonly code: string
  readonly session: SessionId
  /** Value of the SSO cookie. */
  readonly cookie: string
}

/** What a sign-in leaves behind: a session, a grant and its code. */
export async function authorized(
  t: TestEngine,
  clientId: string,
  change: Partial<AuthorizationRequest> & { readonly username?: string } = {},
): Promise<Authorized> {
  const { engine } = t
  const { username = 'alex', ...requested } = change
  const root = await engine.organizations.root()
  const account = await engine.accounts.findByIdentifier(root.id, username)
  const client = await engine.clients.find(clientId)
  if (!account || !client) throw new Error(`no ${username} or no ${clientId}`)
  const request: AuthorizationRequest = {
    clientId,
    redirectUri: callback,
    responseType: 'code',
    responseMode: 'query',
    scope: ['openid', 'profile', 'email'],
    state: undefined,
    nonce: 'n-1',
    codeChallenge: challengeOf(verifier),
    prompt: [],
    maxAge: undefined,
    acrValues: [],
    loginHint: undefined,
    hintedSubject: undefined,
    claims: undefined,
    resource: [],
    uiLocales: [],
    ...requested,
  }
  return engine.store.unit(async (unit) => {
    const { session, secret: cookie } = await engine.sessions.create(unit, {
      org: root.id,
      account: account.id,
      startedBy: clientId,
      factors: [{ authenticator: 'password', amr: ['pwd'], at: engine.now() }],
      userAgent: undefined,
      address: undefined,
    })
    await engine.sessions.addParticipant(unit, session, clientId)
    const code = await engine.grants.issueCode(unit, {
      request,
      client,
      account,
      session,
      factors: session.factors,
      scope: request.scope,
    })
    return { code, session: session.id, cookie }
  })
}

export const redemption = (code: string) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: callback,
  code_verifier: verifier,
})

/** A sign-in whose code has been redeemed over HTTP. */
export async function signedInTo(t: TestEngine, clientId: string, change: Parameters<typeof authorized>[2] = {}) {
  const { code, ...rest } = await authorized(t, clientId, change)
  const { status, body } = await post(t, '/oauth2/token', clientId, redemption(code))
  if (status !== 200) throw new Error(`the code was not redeemed: ${JSON.stringify(body)}`)
  return {
    ...rest,
    code,
    tokens: body as { access_token: string; refresh_token: string; id_token: string; scope: string },
  }
}

export const refresh = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token })

/** Whether introspection by its own client says a token is good. */
export async function isActive(t: TestEngine, clientId: string, token: string): Promise<unknown> {
  return (await post(t, '/oauth2/introspect', clientId, { token })).body.active
}

/** Waits for what subscribers do after a commit. */
export async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  for (let round = 0; round < 100; round++) {
    if (await check()) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
