import type { Store, Unit } from './store.ts'

/** Rows of one unit: writers wait no longer for it than for any other, and on SQLite nor does the process. */
const portion = 1000

/** Deletes however many rows there are, a portion at a time: `some` deletes up to `limit` of them and gives those. */
export async function deleteInPortions(
  store: Store,
  some: (unit: Unit, limit: number) => Promise<readonly object[]>,
): Promise<void> {
  let deleted: readonly object[]
  do deleted = await store.unit((unit) => some(unit, portion))
  while (deleted.length >= portion)
}
