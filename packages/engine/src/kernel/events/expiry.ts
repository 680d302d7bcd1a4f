import type { Job } from '../feature.ts'
import type { Kernel } from '../kernel.ts'
import type { Store } from '../store/store.ts'
import { firstIdAt } from './outbox.ts'

const day = 86_400_000
/** Rows of one unit: writers wait no longer for it than for any other. */
const chunk = 1000

/** Deletes events of before the retention that every subscriber has handled. */
export const eventExpiry: Job<Pick<Kernel, 'store' | 'now' | 'retention'>> = {
  name: 'event-expiry',
  everySeconds: 3600,
  run: async ({ store, now, retention }) => {
    const before = now() - retention.eventDays * day
    while ((await deleteSettled(store, before)) === chunk);
  },
}

/** An event with a delivery stays: one that waits is still to be handled, and a dead one says what was not done. */
function deleteSettled(store: Store, before: number): Promise<number> {
  return store.unit(async (unit) => {
    const rows = await unit
      .across('delete events that were handled long ago')
      .deleteFrom('event')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('event')
          .select('id')
          .where('id', '<', firstIdAt(before))
          .where('id', 'not in', (inner) => inner.selectFrom('delivery').select('event_id'))
          .orderBy('id')
          .limit(chunk),
      )
      .returning('id')
      .execute()
    return rows.length
  })
}
