import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Json } from '../../kernel/events/index.ts'

type Description = Readonly<Record<string, Json | undefined>>

/** RFC 7662 §2.2: nothing is said about a token that is not good, not ours, or not this caller's business. */
const inactive: Description = { active: false }

/** What a token is, for the client it was issued to, and for a client whose id is in its audience. */
export async function describe(engine: Engine, client: Client, token: string): Promise<Description> {
  const claims = await engine.tokens.inspect(token)
  if (!claims) return describeRefreshToken(engine, client, token)
  const audience = typeof claims.aud === 'string' ? [claims.aud] : claims.aud
  // An app that calls itself like a neighbour's API, or like us, is not that.
  const isApi = audience.includes(client.clientId) && (await engine.resources.usable(client.clientId, client.org))
  if (claims.client_id !== client.clientId && !isApi) return inactive
  const { iss, sub, aud, client_id, scope, iat, exp, jti } = claims
  return {
    active: true,
    token_type: 'Bearer',
    ...{ iss, sub, aud, client_id, scope, iat, exp, jti },
    org_id: claims.org_id,
    org_handle: claims.org_handle,
    user_org: claims.user_org,
    auth_time: claims.auth_time,
    acr: claims.acr,
    amr: claims.amr,
  }
}

async function describeRefreshToken(engine: Engine, client: Client, token: string): Promise<Description> {
  const known = await engine.grants.findByRefreshToken(token)
  if (!known?.newest || known.grant.client !== client.id) return inactive
  const { account, scope, createdAt, expiresAt, org } = known.grant
  return {
    active: true,
    token_type: 'refresh_token',
    iss: engine.publicUrl,
    sub: account,
    client_id: client.clientId,
    scope: scope.join(' '),
    iat: Math.floor(createdAt / 1000),
    exp: Math.floor(expiresAt / 1000),
    org_id: org,
  }
}
