import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'

/** How far back unused codes are looked for; what a longer standstill leaves goes when the grant itself has ended. */
const lookBack = 86_400_000

/** Codes of one unit: writers wait no longer for it than for any other. */
const slice = 1000

/** Deletes grants that nobody can do anything with any more. That they were there is in the audit trail. */
export async function removeEnded({ store, now }: Pick<Kernel, 'store' | 'now'>): Promise<void> {
  const until = now()
  // Nothing was issued for a code that was not used, so there is nothing its reuse would have to end (RFC 6749 §4.1.2).
  let from: number | undefined = until - lookBack
  while (from !== undefined) {
    const after: number = from
    from = await store.unit((unit) => deleteUnused(unit, after, until))
  }
  await deleteInPortions(store, (unit, limit) => forgetGrants(unit, until, limit))
}

/** Deletes grants whose code has expired unused, of the first after a time; says where to go on, if not all was seen. */
async function deleteUnused(unit: Unit, after: number, until: number): Promise<number | undefined> {
  const grants = unit.across('forget grants whose code was never used')
  const seen = await grants
    .selectFrom('access_grant')
    .select(['id', 'code_used_at', 'code_expires_at'])
    .where('code_expires_at', '>', after)
    .where('code_expires_at', '<=', until)
    .orderBy('code_expires_at')
    .limit(slice)
    .execute()
  const unused = seen.flatMap(({ id, code_used_at }) => (code_used_at === null ? id : []))
  // By the clock of another process a code may have been used in its last moment.
  const forgotten = grants.deleteFrom('access_grant').where('code_used_at', 'is', null)
  if (unused.length > 0) await forgotten.where('id', 'in', unused).execute()
  return seen.length === slice ? seen.at(-1)?.code_expires_at : undefined
}

/** Deletes grants whose last token has expired. */
function forgetGrants(unit: Unit, now: number, limit: number) {
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
