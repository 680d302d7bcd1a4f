import type { GrantId } from '@cardea/protocol'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import { usualTokenLifetime } from './code.ts'
import { grantErrors } from './errors.ts'
import type { IssuedGrant } from './index.ts'
import { hashToken, makeRefreshToken, openSuccessor, readRefreshToken, sealSuccessor } from './refresh-token.ts'
import { endGrants } from './revoke.ts'
import { extendTokens, findGrant, rotateRefreshToken, toGrant } from './store.ts'

/** RFC 9700 §4.14.2: a new refresh token for every use; an old one that comes back ends the whole family. */
export async function refresh(engine: Engine, client: Client, presented: string): Promise<IssuedGrant> {
  const id = readRefreshToken(engine, presented)
  if (!id) throw grantErrors('grant.invalid_refresh_token')
  return (await rotate(engine, client, id, presented)) ?? repeat(engine, client, id, presented, engine.now())
}

/** The same for a grant of exactly these resources; for any other one nothing has happened. */
export async function refreshGranted(
  engine: Engine,
  client: Client,
  presented: string,
  resource: readonly string[],
): Promise<IssuedGrant | undefined> {
  const id = readRefreshToken(engine, presented)
  return id && rotate(engine, client, id, presented, resource)
}

async function rotate(
  engine: Engine,
  client: Client,
  id: GrantId,
  presented: string,
  resource?: readonly string[],
): Promise<IssuedGrant | undefined> {
  const now = engine.now()
  const successor = makeRefreshToken(engine, id)
  const change = {
    id,
    client: client.id,
    presented_hash: hashToken(presented),
    refresh_hash: hashToken(successor),
    // Without leeway nobody gets the successor again, so it is not kept at all.
    successor_sealed: client.refreshLeeway > 0 ? sealSuccessor(presented, successor) : null,
    now,
    tokens_until: now + usualTokenLifetime(client) * 1000,
  }
  const grant = await engine.store.write((queries) => rotateRefreshToken(queries, change, resource))
  return grant && { grant, refreshToken: successor, at: now }
}

/**
 * The token is not the newest. Within the client's leeway the same authenticated client gets the same successor
 * again (its answer was lost, or two of its processes asked at once); everything else is reuse.
 */
async function repeat(
  engine: Engine,
  client: Client,
  id: GrantId,
  presented: string,
  now: number,
): Promise<IssuedGrant> {
  const row = await findGrant(engine.store, id)
  const presentedHash = hashToken(presented)
  if (!row || row.client !== client.id || row.revoked_at !== null || row.expires_at <= now) {
    throw grantErrors('grant.invalid_refresh_token')
  }
  // It is the newest, and its account is disabled: nobody has used it twice.
  if (row.refresh_hash === presentedHash) throw grantErrors('grant.invalid_refresh_token')
  const repeats = row.previous_hash === presentedHash && row.successor_sealed !== null && row.refreshed_at !== null
  const inTime = now - (row.refreshed_at ?? 0) <= client.refreshLeeway * 1000
  if (repeats && inTime && client.refreshLeeway > 0 && client.authMethod !== 'none') {
    const grant = toGrant(row)
    // Another access token comes of it, which lives as long as the first.
    await engine.store.unit((unit) => extendTokens(unit, grant, now + usualTokenLifetime(client) * 1000))
    return { grant, refreshToken: openSuccessor(presented, row.successor_sealed ?? ''), at: now }
  }
  await engine.store.unit(async (unit) => {
    const ended = await endGrants(engine, unit, row.org_id, { id }, 'refresh_token_reused')
    if (ended === 0) return
    await unit.emit({
      type: 'grant.reuse_detected',
      org: row.org_id,
      actor: { type: 'client', id: client.id },
      target: id,
      ...(row.session !== null && { session: row.session }),
      data: { clientId: client.clientId, account: row.account },
    })
  })
  throw grantErrors('grant.invalid_refresh_token')
}
