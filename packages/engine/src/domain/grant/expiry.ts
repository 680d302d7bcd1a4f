import type { Kernel } from '../../kernel/kernel.ts'
import { deleteUnused, forgetGrants } from './store.ts'

/** How far back unused codes are looked for; what a longer standstill leaves goes when the grant itself has ended. */
const lookBack = 86_400_000

/** Deletes grants that nobody can do anything with any more. That they were there is in the audit trail. */
export async function removeEnded({ store, now }: Pick<Kernel, 'store' | 'now'>): Promise<void> {
  const until = now()
  // Nothing was issued for a code that was not used, so there is nothing its reuse would have to end (RFC 6749 §4.1.2).
  let from: number | undefined = until - lookBack
  while (from !== undefined) {
    const after: number = from
    from = await store.unit((unit) => deleteUnused(unit, after, until))
  }
  await store.unit((unit) => forgetGrants(unit, until))
}
