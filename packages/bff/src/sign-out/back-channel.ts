import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { problem, refuse } from '../request/answer.ts'
import { isForm, readForm } from '../request/body.ts'
import type { Exchange } from '../request/exchange.ts'
import { digest } from '../seal.ts'
import type { Services } from '../services.ts'

const event = 'http://schemas.openid.net/event/backchannel-logout'
/** Seconds: how old a logout token may be, and how far clocks may differ. */
const maxAge = 300
const tolerance = 10

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The claims of a logout token that is valid for us (Back-Channel Logout §2.6), or `undefined`. */
function claimsOf(payload: JWTPayload): { sid?: string; sub?: string; jti: string } | undefined {
  const { sub, sid, jti, events, nonce } = payload
  if (nonce !== undefined || !jti) return undefined
  if (!isObject(events) || !isObject((events as Record<string, unknown>)[event])) return undefined
  if (typeof sid === 'string') return { sid, jti }
  return typeof sub === 'string' ? { sub, jti } : undefined
}

/** Keys are fetched once and again when an unknown one signs. */
export type LogoutKeys = (jwksUri: string) => JWTVerifyGetKey

export function createLogoutKeys(fetchIt: (url: string, init: RequestInit) => Promise<Response>): LogoutKeys {
  const known = new Map<string, JWTVerifyGetKey>()
  return (jwksUri) => {
    const keys =
      known.get(jwksUri) ?? createRemoteJWKSet(new URL(jwksUri), { [customFetch]: (url, init) => fetchIt(url, init) })
    known.set(jwksUri, keys)
    return keys
  }
}

async function verify(services: Services, token: string) {
  const { settings, provider, logoutKeys } = services
  const metadata = (await provider.configuration()).serverMetadata()
  const algorithms = (metadata.id_token_signing_alg_values_supported ?? ['RS256']).filter(
    (each) => each !== 'none' && !each.startsWith('HS'),
  )
  const { payload, protectedHeader } = await jwtVerify(token, logoutKeys(metadata.jwks_uri ?? ''), {
    issuer: metadata.issuer,
    audience: settings.clientId,
    algorithms,
    requiredClaims: ['iat', 'exp', 'jti'],
    maxTokenAge: maxAge,
    clockTolerance: tolerance,
    currentDate: new Date(settings.now() * 1000),
  })
  const isLogoutType = [undefined, 'JWT', 'LOGOUT+JWT'].includes(protectedHeader.typ?.toUpperCase())
  return isLogoutType ? claimsOf(payload) : undefined
}

/** `POST {base}/backchannel-logout`: the identity provider ends a session (OpenID Connect Back-Channel Logout 1.0). */
export async function backChannelRoute(services: Services, exchange: Exchange): Promise<Response> {
  const { settings } = services
  const { store } = settings
  if (!store) return refuse(exchange, 501, problem('bff.store_required'))
  if (!isForm(exchange))
    return refuse(exchange, 415, problem('request.content_type', { expected: 'application/x-www-form-urlencoded' }))
  const body = await readForm(exchange)
  if ('problem' in body) return refuse(exchange, body.status, body.problem)
  const invalid = () => refuse(exchange, 400, problem('bff.logout_token_invalid'))
  const claims = await verify(services, body.value.get('logout_token') ?? '').catch((error) => {
    settings.log('warn', 'a logout token was refused', { error, traceId: exchange.traceId })
    return undefined
  })
  if (!claims) return invalid()
  const { jti, ...session } = claims
  const key = `jti:${await digest(jti)}`
  return store.lock(key, async () => {
    if (await store.get(key)) return invalid()
    await store.deleteBySid(session)
    await store.set(key, { sealed: '', sub: '', expiresAt: settings.now() + maxAge + 2 * tolerance })
    return new Response(null, { status: 204 })
  })
}
