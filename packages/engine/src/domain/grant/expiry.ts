import { setImmediate } from 'node:timers/promises'
import type { GrantId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'

/** Grants that are looked at before others get their turn. */
const portion = 1000

/** Deletes grants whose last token has expired. That they were there is in the audit trail. */
export async function removeEnded({ store, now }: Pick<Kernel, 'store' | 'now'>): Promise<void> {
  const at = now()
  await deleteInPortions(store, (unit, limit) => forgetEnded(unit, at, limit))
}

function forgetEnded(unit: Unit, now: number, limit: number) {
  return unit
    .across('forget grants that have ended')
    .deleteFrom('access_grant')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('access_grant')
        .select('id')
        .where('expires_at', '<', now)
        .where('tokens_until', '<', now)
        .limit(limit),
    )
    .returning('id')
    .execute()
}

/**
 * Deletes grants whose code has expired unused: nothing was issued for it, so there is nothing its reuse would have to
 * end (RFC 6749 §4.1.2). All grants are walked through: an index would be written with every code.
 */
export async function removeUnused({ store, now }: Pick<Kernel, 'store' | 'now'>): Promise<void> {
  const before = now()
  let after: GrantId | undefined = 'grt_'
  while (after !== undefined) {
    const seen: readonly { id: GrantId; code_used_at: number | null; code_expires_at: number }[] = await store
      .across('look for codes that were never used')
      .selectFrom('access_grant')
      .select(['id', 'code_used_at', 'code_expires_at'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(portion)
      .execute()
    const unused = seen.filter((grant) => grant.code_used_at === null && grant.code_expires_at <= before)
    const ids = unused.map(({ id }) => id)
    if (ids.length > 0) await store.unit((unit) => forgetUnused(unit, ids))
    after = seen.length === portion ? seen.at(-1)?.id : undefined
    // SQLite answers at once: without a pause the walk would be one piece.
    await setImmediate()
  }
}

async function forgetUnused(unit: Unit, ids: readonly GrantId[]): Promise<void> {
  await unit
    .across('forget grants whose code was never used')
    .deleteFrom('access_grant')
    .where('id', 'in', ids)
    // By the clock of another process a code may have been used in its last moment.
    .where('code_used_at', 'is', null)
    .execute()
}
