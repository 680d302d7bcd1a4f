import type { Job } from '../feature.ts'
import type { Kernel } from '../kernel.ts'
import { deleteInPortions } from '../store/portions.ts'
import type { Unit } from '../store/store.ts'
import { firstIdAt } from './outbox.ts'

const day = 86_400_000

/** Deletes deliveries that were given up before the retention, and events of before it that no delivery is left of. */
export const eventExpiry: Job<Pick<Kernel, 'store' | 'now' | 'retention'>> = {
  name: 'event-expiry',
  everySeconds: 3600,
  run: async ({ store, now, retention }) => {
    const before = now() - retention.eventDays * day
    await deleteInPortions(store, (unit, limit) => deleteGivenUp(unit, before, limit))
    await deleteInPortions(store, (unit, limit) => deleteSettled(unit, before, limit))
  },
}

/** What was not done has been logged, and counted as `cardea_events_dead` for as long as handled events are kept. */
function deleteGivenUp(unit: Unit, before: number, limit: number) {
  return unit
    .across('delete deliveries that were given up long ago')
    .deleteFrom('delivery')
    .where('dead_at', '<', before)
    .where('event_id', 'in', (eb) =>
      eb.selectFrom('delivery').select('event_id').where('dead_at', '<', before).orderBy('dead_at').limit(limit),
    )
    .returning('event_id')
    .execute()
}

/** An event with a delivery stays: one that waits is still to be handled, and a dead one says what was not done. */
function deleteSettled(unit: Unit, before: number, limit: number) {
  return unit
    .across('delete events that were handled long ago')
    .deleteFrom('event')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('event')
        .select('id')
        .where('id', '<', firstIdAt(before))
        .where('id', 'not in', (inner) => inner.selectFrom('delivery').select('event_id'))
        .orderBy('id')
        .limit(limit),
    )
    .returning('id')
    .execute()
}
