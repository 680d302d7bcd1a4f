import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NativeStep } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import type { JWTPayload } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { Served } from './serve.ts'
import { reserve } from './serve.ts'

/** The app-native wire over real HTTP: one password step, codes bound to PKCE, refresh tokens that rotate. */
export interface NativeProvider extends Served {
  readonly calls: { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[]
  readonly tokens: string[]
  /** How it behaves; tests change it. */
  readonly behaviour: {
    accessLifetime: number
    refusesRefresh: boolean
    answers: boolean
    /** What a start is answered instead of a step. */
    start: { status: number; type: string; body: string } | undefined
    /** What an answer to a step gets instead: a status, with `Retry-After`. */
    busy: number | undefined
    authData: Record<string, string>
    /** Extra claims in ID tokens; large ones make large sessions. */
    claims: JWTPayload
    nonce: string | undefined
  }
  readonly logoutToken: (claims: JWTPayload, typ?: string) => Promise<string>
  readonly count: (path: string, grant?: string) => number
}

const clientId = 'calendar'
export const clientSecret = 'calendar-secret'
/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
const isClient = (authorization = '') =>
  atob(authorization.replace(/^Basic /, ''))
    .split(':')
    .map(decodeURIComponent)
    .join(':') === `${clientId}:${clientSecret}`

const seconds = () => Math.floor(Date.now() / 1000)

interface Pending {
  readonly nonce: string
  readonly state: string
  readonly challenge: string
  version: number
}

const step = (messages: NativeStep['messages']): NativeStep => ({
  stepType: 'AUTHENTICATOR_PROMPT',
  authenticators: [
    {
      authenticatorId: nativeAuthenticators.password.id,
      authenticator: 'Username & Password',
      idp: 'LOCAL',
      metadata: { i18nKey: nativeAuthenticators.password.i18nKey, promptType: 'USER_PROMPT', params: [] },
      requiredParams: ['username', 'password'],
    },
  ],
  messages,
})

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const piece of request) text += piece
  return request.headers['content-type']?.startsWith('application/json')
    ? (JSON.parse(text) as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(text))
}

export async function nativeProvider(): Promise<NativeProvider> {
  const port = await reserve()
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  const flows = new Map<string, Pending>()
  const codes = new Map<string, Pending>()
  const live = new Set<string>()
  const calls: NativeProvider['calls'] = []
  const tokens: string[] = []
  const behaviour: NativeProvider['behaviour'] = {
    accessLifetime: 300,
    refusesRefresh: false,
    answers: true,
    start: undefined,
    busy: undefined,
    authData: {},
    claims: {},
    nonce: undefined,
  }

  const sign = (claims: JWTPayload, typ = 'JWT') =>
    new SignJWT({ iss: port.url, aud: clientId, iat: seconds(), exp: seconds() + 300, jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ })
      .sign(privateKey)

  const metadata = {
    issuer: port.url,
    authorization_endpoint: `${port.url}/oauth2/authorize`,
    token_endpoint: `${port.url}/oauth2/token`,
    jwks_uri: `${port.url}/jwks`,
    end_session_endpoint: `${port.url}/oidc/logout`,
    revocation_endpoint: `${port.url}/oauth2/revoke`,
    response_modes_supported: ['query', 'direct'],
    id_token_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
  }

  const issue = async (nonce?: string) => {
    const refresh = `rt_${randomUUID()}`
    live.add(refresh)
    const claims = { sub: 'usr_alex', name: 'Alex', sid: 'ses_1', isk: 'isk_1', acr: 'urn:cardea:acr:single' }
    const id = await sign({ ...claims, ...(nonce && { nonce: behaviour.nonce ?? nonce }), ...behaviour.claims })
    const answer = {
      access_token: `at_${randomUUID()}`,
      refresh_token: refresh,
      id_token: id,
      token_type: 'Bearer',
      expires_in: behaviour.accessLifetime,
    }
    tokens.push(answer.access_token, refresh, id)
    return answer
  }

  const redeem = async (body: Record<string, unknown>) => {
    if (body.grant_type === 'refresh_token') {
      const known = !behaviour.refusesRefresh && live.delete(String(body.refresh_token))
      return known ? issue() : { error: 'invalid_grant' }
    }
    const code = codes.get(String(body.code))
    codes.delete(String(body.code))
    const challenge = createHash('sha256').update(String(body.code_verifier)).digest('base64url')
    return code?.challenge === challenge ? issue(code.nonce) : { error: 'invalid_grant' }
  }

  const incomplete = (flowId: string, flow: Pending, isRetry: boolean) => ({
    flowId,
    flowStatus: isRetry ? 'FAIL_INCOMPLETE' : 'INCOMPLETE',
    flowType: 'AUTHENTICATION',
    version: flow.version,
    nextStep: step(
      isRetry
        ? [{ type: 'ERROR', messageId: 'ABA-60003', message: 'no', i18nKey: 'message.password.rejected', context: [] }]
        : [],
    ),
    links: [{ name: 'authentication', href: `${port.url}/oauth2/authn`, method: 'POST' }],
  })

  const refuse = (code: string, reason: string) => ({ code, reason, message: '', description: '', traceId: 't' })

  const authenticate = (body: Record<string, unknown>) => {
    const flowId = String(body.flowId)
    const flow = flows.get(flowId)
    if (!flow) return refuse('ABA-60009', 'flow.unknown')
    if (body.version !== flow.version) return refuse('ABA-60001', 'flow.superseded')
    flow.version++
    const { params } = body.selectedAuthenticator as { params?: Record<string, string> }
    if (params?.password !== 'right') return incomplete(flowId, flow, true)
    flows.delete(flowId)
    const code = `code_${randomUUID()}`
    codes.set(code, flow)
    tokens.push(code)
    return {
      flowStatus: 'SUCCESS_COMPLETED',
      authData: { code, state: flow.state, iss: port.url, ...behaviour.authData },
    }
  }

  const answer = async (path: string, headers: IncomingMessage['headers'], body: Record<string, unknown>) => {
    if (path === '/.well-known/openid-configuration') return metadata
    if (path === '/jwks') return { keys: [jwk] }
    if (!isClient(headers.authorization)) return { status: 401, ...refuse('401', '') }
    if (path === '/oauth2/token') return redeem(body)
    if (path === '/oauth2/authn') return authenticate(body)
    if (path === '/oauth2/revoke') return live.delete(String(body.token)) ? {} : {}
    if (path === '/oidc/logout') return {}
    const flowId = randomUUID()
    const flow = { nonce: body.nonce, state: body.state, challenge: body.code_challenge, version: 1 } as Pending
    flows.set(flowId, flow)
    tokens.push(flowId)
    return incomplete(flowId, flow, false)
  }

  port.answer((request: IncomingMessage, response: ServerResponse) => {
    if (!behaviour.answers) {
      request.socket.destroy()
      return
    }
    const path = (request.url ?? '').split('?')[0] ?? ''
    bodyOf(request)
      .then(async (body) => {
        calls.push({ path, headers: request.headers, body })
        const { start } = behaviour
        if (start && path === '/oauth2/authorize') {
          response.writeHead(start.status, { 'content-type': start.type, location: '/sign-in' }).end(start.body)
          return
        }
        if (behaviour.busy && path === '/oauth2/authn') {
          response.writeHead(behaviour.busy, { 'content-type': 'application/json', 'retry-after': '2' })
          response.end(JSON.stringify({ code: 'ABA-60001', reason: 'request.rate_limited' }))
          return
        }
        const result = { ...(await answer(path, request.headers, body)) } as Record<string, unknown>
        const refused = 'error' in result || 'reason' in result
        const status = typeof result.status === 'number' ? result.status : refused ? 400 : 200
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(result))
      })
      .catch(() => request.socket.destroy())
  })

  return {
    ...port,
    calls,
    tokens,
    behaviour,
    logoutToken: (claims, typ = 'logout+jwt') => sign(claims, typ),
    count: (path, grant) =>
      calls.filter((call) => call.path === path && (grant === undefined || call.body.grant_type === grant)).length,
  }
}
