import { hash } from 'node:crypto'
import type { GrantId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Unit } from '../../kernel/store/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import { grantErrors } from './errors.ts'
import type { CodeRequest, IssuedGrant, Redemption } from './index.ts'
import { hashToken, makeRefreshToken } from './refresh-token.ts'
import { endGrants } from './revoke.ts'
import { consumeCode, findGrant, insertGrant } from './store.ts'

/** RFC 6749 §4.1.2 allows ten minutes; a redirect takes a moment. */
const codeLifetime = 60_000

/** Access tokens live this long unless the client or an API says otherwise; seconds. */
export const usualTokenLifetime = (client: Pick<Client, 'accessTokenLifetime'>) => client.accessTokenLifetime ?? 300

/** Writes a grant with its one-time code, `grant.random`. */
export async function issueCode(engine: Engine, unit: Unit, request: CodeRequest): Promise<string> {
  const { client, account, session, factors, scope } = request
  const id: GrantId = `grt_${engine.random(16)}`
  const code = `${id}.${engine.random(32)}`
  const now = engine.now()
  const offline = scope.includes('offline_access')
  const end = now + client.refreshLifetime * 1000
  const grant = {
    id,
    org: account.org,
    client: client.id,
    clientId: client.clientId,
    account: account.id,
    session: session.id,
    scope,
    resource: request.request.resource,
    claims: request.request.claims,
    nonce: request.request.nonce,
    factors,
    offline,
    expiresAt: offline ? end : Math.min(end, session.expiresAt),
    createdAt: now,
  }
  await insertGrant(unit, grant, {
    code_hash: hashToken(code),
    code_challenge: request.request.codeChallenge ?? null,
    code_expires_at: now + codeLifetime,
    redirect_uri: request.request.redirectUri,
    tokens_until: now,
  })
  await unit.emit({
    type: 'grant.created',
    org: account.org,
    actor: { type: 'account', id: account.id },
    target: id,
    session: session.id,
    data: { clientId: client.clientId, scope },
  })
  return code
}

/** The grant that a code names. */
export function readCode(code: string): GrantId | undefined {
  const id = code.slice(0, Math.max(code.indexOf('.'), 0))
  return isId('grant', id) ? id : undefined
}

/** RFC 6749 §4.1.3, RFC 7636 §4.6: gives the grant to the first rightful caller; a second one ends it. */
export async function redeemCode(engine: Engine, client: Client, redemption: Redemption): Promise<IssuedGrant> {
  const id = readCode(redemption.code)
  if (!id) throw grantErrors('grant.invalid_code')
  return (await redeem(engine, client, id, redemption)) ?? refuse(engine, client, id, redemption)
}

/** The same for a grant of exactly these resources; for any other one nothing has happened. */
export async function redeemGranted(
  engine: Engine,
  client: Client,
  redemption: Redemption,
  resource: readonly string[],
): Promise<IssuedGrant | undefined> {
  const id = readCode(redemption.code)
  return id && redeem(engine, client, id, redemption, resource)
}

async function redeem(
  engine: Engine,
  client: Client,
  id: GrantId,
  redemption: Redemption,
  resource?: readonly string[],
): Promise<IssuedGrant | undefined> {
  const now = engine.now()
  const refreshToken = client.grantTypes.includes('refresh_token') ? makeRefreshToken(engine, id) : undefined
  const proof = {
    id,
    code_hash: hashToken(redemption.code),
    client: client.id,
    code_challenge: challengeOf(redemption),
    redirect_uri: redemption.redirectUri,
    now,
    refresh_hash: refreshToken === undefined ? null : hashToken(refreshToken),
    tokens_until: now + usualTokenLifetime(client) * 1000,
  }
  const grant = await engine.store.write((queries) => consumeCode(queries, proof, resource))
  return grant && { grant, refreshToken, at: now }
}

const challengeOf = ({ codeVerifier }: Redemption) =>
  codeVerifier === undefined ? null : hash('sha256', codeVerifier, 'base64url')

/**
 * RFC 6749 §4.1.2: a code that is used twice takes everything issued for it along. Whoever brings the wrong proof
 * for an unused one does not use it up.
 */
async function refuse(engine: Engine, client: Client, id: GrantId, redemption: Redemption): Promise<never> {
  const row = await findGrant(engine.store, id)
  if (row?.client !== client.id || row.code_hash !== hashToken(redemption.code)) throw grantErrors('grant.invalid_code')
  if (row.code_used_at !== null) {
    await engine.store.unit(async (unit) => {
      await endGrants(engine, unit, row.org_id, { id }, 'code_reused')
    })
  } else if (row.code_challenge !== challengeOf(redemption)) {
    throw grantErrors('grant.pkce_failed')
  }
  throw grantErrors('grant.invalid_code')
}
