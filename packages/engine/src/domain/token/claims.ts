import type { Account } from '../account/index.ts'
import type { AuthorizationRequest, ClaimsRequest } from '../authorization/index.ts'
import type { Client } from '../client/index.ts'

/** Claims of an access token of ours (RFC 9068 §2.2). */
export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly scope: string
  /** Seconds since the epoch, as all times in tokens. */
  readonly iat: number
  readonly exp: number
  readonly jti: string
  readonly org_id: string
  readonly org_handle?: string
  /** The person's home organization. */
  readonly user_org?: string
  readonly grant_id?: string
  readonly sid?: string
  readonly auth_time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
}

type Claims = Readonly<Record<string, string | number | boolean | undefined>>

/** OIDC Core §5.4: which claims a scope asks for. */
const byScope: Readonly<Record<string, (account: Account) => Claims>> = {
  profile: (account) => ({
    name: account.name,
    given_name: account.givenName,
    family_name: account.familyName,
    preferred_username: account.username,
    picture: account.picture,
    locale: account.locale,
    zoneinfo: account.zoneinfo,
    updated_at: Math.floor(account.updatedAt / 1000),
  }),
  email: (account) => ({
    email: account.email,
    email_verified: account.email === undefined ? undefined : account.emailVerified,
  }),
}

/** What can be asked for by the `claims` parameter. */
export const supportedClaims: readonly string[] = [
  'sub',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'picture',
  'locale',
  'zoneinfo',
  'updated_at',
  'email',
  'email_verified',
]

/**
 * What a person agrees to: the scopes that were asked for, and those that single claims belong to (OIDC Core §5.5),
 * or an app could have by the parameter `claims` what it does not ask for by `scope`.
 */
export function scopesToAgree(
  { scope, claims }: Pick<AuthorizationRequest, 'scope' | 'claims'>,
  { scopes: allowed }: Pick<Client, 'scopes'>,
): readonly string[] {
  const asked = [claims?.idToken, claims?.userinfo].flatMap((members) => Object.keys(members ?? {}))
  const named = supportedClaims.filter((claim) => claim !== 'sub' && asked.includes(claim))
  const belongs = named.map((claim) => (claim.startsWith('email') ? 'email' : 'profile'))
  return [...new Set([...scope, ...belongs.filter((name) => allowed.includes(name))])]
}

/**
 * What a client gets to know of a person: claims of the granted scopes, and single claims it asked for
 * (OIDC Core §5.5) as far as it may have the scope they belong to.
 */
export function personClaims(
  account: Account,
  scope: readonly string[],
  requested: ClaimsRequest['idToken'],
  allowed: readonly string[],
): Claims {
  const claims: Record<string, string | number | boolean> = {}
  for (const [name, claimsOf] of Object.entries(byScope)) {
    const granted = scope.includes(name)
    if (!granted && !allowed.includes(name)) continue
    for (const [claim, value] of Object.entries(claimsOf(account))) {
      const asked = requested !== undefined && Object.hasOwn(requested, claim)
      if (value !== undefined && (granted || asked)) claims[claim] = value
    }
  }
  return claims
}
