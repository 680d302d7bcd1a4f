import type { EventId } from '@cardea/protocol'
import { sql } from 'kysely'
import { across, among } from '../store/statement.ts'
import type { Store } from '../store/store.ts'
import type { Event } from './event.ts'
import { toEvent } from './outbox.ts'

/** A delivery that this process has claimed. `attempt` names the claim: a later one makes it void. */
export interface Claim {
  readonly event: Event
  readonly attempt: number
}

const reason = 'deliver events'

/** The subscribers among `names` that have something to handle at `now`. */
export async function dueSubscribers(store: Store, names: readonly string[], now: number): Promise<string[]> {
  if (names.length === 0) return []
  // One look into the index for each: a long backlog costs no more than a short one.
  const row = await store
    .across(reason)
    .selectNoFrom((eb) =>
      names.map((name, index) =>
        eb
          .exists(
            eb
              .selectFrom('delivery')
              .select('event_id')
              .where('subscriber', '=', name)
              .where('due_at', '<=', now)
              .where('dead_at', 'is', null),
          )
          .as(String(index)),
      ),
    )
    .executeTakeFirstOrThrow()
  return names.filter((_, index) => row[String(index)])
}

interface Due {
  readonly subscriber: string
  readonly now: number
  readonly limit: number
  readonly leaseEnd: number
}

const claimDue = across<Due>(reason)((db, p, dialect) =>
  db
    .with('due', (inner) =>
      inner
        .selectFrom('delivery')
        .select('event_id')
        .where('subscriber', '=', p('subscriber'))
        .where('due_at', '<=', p('now'))
        .where('dead_at', 'is', null)
        .orderBy('due_at')
        .orderBy('event_id')
        // A bare parameter here has SQLite plan the statement anew whenever it is bound.
        .limit(sql<number>`cast(${p('limit')} as integer)`)
        // SQLite has one writer; on PostgreSQL several processes claim at the same time.
        .$if(dialect === 'postgres', (query) => query.forUpdate().skipLocked()),
    )
    .updateTable('delivery')
    .from('due')
    .set((eb) => ({ due_at: p('leaseEnd'), attempts: eb('attempts', '+', sql.lit(1)) }))
    .whereRef('delivery.event_id', '=', 'due.event_id')
    .where('delivery.subscriber', '=', p('subscriber'))
    .returning(['delivery.event_id as id', 'delivery.attempts as attempt']),
)
const eventsOf = across<{ ids: string }>(reason)((db, p, dialect) =>
  db
    .selectFrom('event')
    .selectAll()
    .where((eb) => among(dialect, eb.ref('id'), p('ids')))
    .orderBy('id'),
)
const deleteHandled = across<{ subscriber: string; attempt: number; ids: string }>(reason)((db, p, dialect) =>
  db
    .deleteFrom('delivery')
    .where('subscriber', '=', p('subscriber'))
    .where('attempts', '=', p('attempt'))
    .where((eb) => among(dialect, eb.ref('event_id'), p('ids'))),
)

/** Claims up to `limit` due deliveries, oldest first; nobody else gets them before `leaseEnd`. */
export async function claim(
  store: Store,
  subscriber: string,
  limit: number,
  now: number,
  leaseEnd: number,
): Promise<Claim[]> {
  const { claimed, events } = await store.unit(async (unit) => {
    const claimed = await unit.run(claimDue, { subscriber, limit, now, leaseEnd })
    if (claimed.length === 0) return { claimed, events: [] }
    return { claimed, events: await unit.run(eventsOf, { ids: JSON.stringify(claimed.map(({ id }) => id)) }) }
  })
  const attempts = new Map(claimed.map(({ id, attempt }) => [id, attempt]))
  return events.map((row) => ({ event: toEvent(row), attempt: attempts.get(row.id) ?? 1 }))
}

/** Forgets deliveries that were handled; one that somebody else has claimed since is left to them. */
export async function settle(store: Store, subscriber: string, claims: readonly Claim[]): Promise<void> {
  await store.unit(async (unit) => {
    for (const [attempt, group] of Map.groupBy(claims, (one) => one.attempt))
      await unit.run(deleteHandled, { subscriber, attempt, ids: JSON.stringify(idsOf(group)) })
  })
}

/** Puts a failed delivery off until `dueAt`, or for good. */
export async function postpone(
  store: Store,
  subscriber: string,
  failed: Claim,
  until: { readonly dueAt: number } | { readonly deadAt: number },
  error: string,
): Promise<void> {
  await store.unit(async (unit) => {
    await unit
      .across(reason)
      .updateTable('delivery')
      .set('deadAt' in until ? { dead_at: until.deadAt, error } : { due_at: until.dueAt, error })
      .where('subscriber', '=', subscriber)
      .where('event_id', '=', failed.event.id)
      .where('attempts', '=', failed.attempt)
      .execute()
  })
}

/** Keeps the claims of handlers that still run. */
export async function renew(
  store: Store,
  subscriber: string,
  claims: readonly Claim[],
  leaseEnd: number,
): Promise<void> {
  await store.unit(async (unit) => {
    await unit
      .across(reason)
      .updateTable('delivery')
      .set({ due_at: leaseEnd })
      .where('subscriber', '=', subscriber)
      .where('event_id', 'in', idsOf(claims))
      .execute()
  })
}

function idsOf(claims: readonly Claim[]): EventId[] {
  return claims.map((one) => one.event.id)
}
