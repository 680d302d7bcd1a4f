import type { Configuration, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'
import { authorizationCodeGrant, fetchUserInfo, refreshTokenGrant } from 'openid-client'
import type { Settings } from '../options.ts'
import type { Provider } from '../provider.ts'
import { randomId } from '../seal.ts'
import type { Session, Tokens } from './session.ts'
import { signInOf, userOf } from './session.ts'

/** What a started sign-in must come back with. */
export interface Transaction {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
}

type TokenAnswer = TokenEndpointResponse & TokenEndpointResponseHelpers

export const callbackUrl = (settings: Settings): string => `${settings.origin}${settings.basePath}/callback`

const resourceOf = ({ resource }: Settings) => (resource === undefined ? undefined : { resource })

function tokensOf(settings: Settings, answer: TokenAnswer, before?: Tokens): Tokens {
  const refresh = answer.refresh_token ?? before?.refresh
  return {
    access: answer.access_token,
    accessExpiresAt: settings.now() + (answer.expiresIn() ?? 300),
    ...(refresh !== undefined && { refresh }),
    id: answer.id_token ?? before?.id ?? '',
  }
}

/** Userinfo where the ID token names nobody: OIDC lets a provider keep the profile there (Core §5.4). */
async function profileOf(
  settings: Settings,
  configuration: Configuration,
  claims: Readonly<Record<string, unknown>> & { sub: string },
  access: string,
): Promise<Readonly<Record<string, unknown>>> {
  const named = ['name', 'email', 'preferred_username'].some((claim) => claims[claim] !== undefined)
  const asked = /\b(profile|email)\b/.test(settings.scope)
  if (named || !asked || !configuration.serverMetadata().userinfo_endpoint) return claims
  try {
    return { ...claims, ...(await fetchUserInfo(configuration, access, claims.sub)) }
  } catch (error) {
    settings.log('warn', 'userinfo did not answer; the session has no profile', { error })
    return claims
  }
}

/**
 * Redeems the code of an authorization response. Checks state and `iss` (RFC 9207), then signature, `aud`, `exp`
 * and nonce of the ID token. Throws what `faultOf` explains.
 */
export async function redeem(
  settings: Settings,
  provider: Provider,
  params: URLSearchParams,
  transaction: Transaction,
): Promise<Session> {
  const configuration = await provider.configuration()
  const url = new URL(callbackUrl(settings))
  for (const [name, value] of params) url.searchParams.append(name, value)
  const answer = await authorizationCodeGrant(
    configuration,
    url,
    {
      expectedState: transaction.state,
      expectedNonce: transaction.nonce,
      pkceCodeVerifier: transaction.verifier,
      idTokenExpected: true,
    },
    resourceOf(settings),
  )
  const claims = answer.claims()
  if (!claims) throw new Error('no ID token')
  const tokens = tokensOf(settings, answer)
  const profile = await profileOf(settings, configuration, claims, tokens.access)
  const now = settings.now()
  return {
    id: randomId(16),
    user: userOf(claims.sub, profile),
    ...signInOf(claims),
    tokens,
    createdAt: now,
    usedAt: now,
  }
}

/** The session with the next tokens. Throws what `faultOf` explains. */
export async function refresh(
  settings: Settings,
  provider: Provider,
  session: Session,
  token: string,
): Promise<Session> {
  const configuration = await provider.configuration()
  const answer = await refreshTokenGrant(configuration, token, resourceOf(settings))
  const tokens = tokensOf(settings, answer, session.tokens)
  const claims = answer.claims()
  if (!claims) return { ...session, tokens }
  // OIDC Core §12.2: the person stays the same.
  if (claims.sub !== session.user.sub) throw new Error('another subject after refresh')
  return { ...session, ...signInOf(claims), user: { ...session.user, ...userOf(claims.sub, claims) }, tokens }
}
