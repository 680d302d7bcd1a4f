import type { OrganizationId } from '@cardea/protocol'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { GrantFilter } from './store.ts'
import { revokeGrants } from './store.ts'

/**
 * Revokes live grants: their refresh tokens at once, and by the deny list their access tokens, for as long as one
 * can be valid. Says how many there were.
 */
export async function endGrants(
  engine: Engine,
  unit: Unit,
  org: OrganizationId,
  filter: GrantFilter,
  reason: string,
): Promise<number> {
  const now = engine.now()
  const ended = await revokeGrants(unit, org, filter, now)
  for (const { id, client_id, account, tokens_until } of ended) {
    if (tokens_until >= now) await engine.tokens.deny(unit, org, id, tokens_until)
    await unit.emit({
      type: 'grant.revoked',
      org,
      actor: { type: 'system' },
      target: id,
      data: { clientId: client_id, account, reason },
    })
  }
  return ended.length
}
