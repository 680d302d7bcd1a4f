import type { EventId } from '@cardea/protocol'
import type { SelectQueryBuilder } from 'kysely'
import { sql } from 'kysely'
import type { Parameter } from '../store/statement.ts'
import { across, among } from '../store/statement.ts'
import type { Store, Tables, Unit } from '../store/store.ts'
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

const due = (
  deliveries: SelectQueryBuilder<Tables, 'delivery', object>,
  p: Parameter<Omit<Due, 'leaseEnd'>>,
  dialect: Store['dialect'],
) =>
  deliveries
    .select('event_id')
    .where('subscriber', '=', p('subscriber'))
    .where('due_at', '<=', p('now'))
    .where('dead_at', 'is', null)
    .orderBy('due_at')
    .orderBy('event_id')
    // A bare parameter here has SQLite plan the statement anew whenever it is bound.
    .limit(sql<number>`cast(${p('limit')} as integer)`)
    // SQLite has one writer; on PostgreSQL several processes claim at the same time.
    .$if(dialect === 'postgres', (query) => query.forUpdate().skipLocked())

const claimDue = across<Due>(reason)((db, p, dialect) =>
  db
    .with('due', (inner) => due(inner.selectFrom('delivery'), p, dialect))
    .updateTable('delivery')
    .from('due')
    .set((eb) => ({ due_at: p('leaseEnd'), attempts: eb('attempts', '+', sql.lit(1)) }))
    .whereRef('delivery.event_id', '=', 'due.event_id')
    .where('delivery.subscriber', '=', p('subscriber'))
    .returning(['delivery.event_id as id', 'delivery.attempts as attempt']),
)
const takeDue = across<Omit<Due, 'leaseEnd'>>(reason)((db, p, dialect) =>
  db
    .deleteFrom('delivery')
    .where('subscriber', '=', p('subscriber'))
    .where('event_id', 'in', (eb) => due(eb.selectFrom('delivery'), p, dialect))
    .returning(['event_id as id', 'attempts as attempt']),
)
const eventsOf = across<{ ids: string }>(reason)((db, p, dialect) =>
  db
    .selectFrom('event')
    .selectAll()
    .where((eb) => among(dialect, eb.ref('id'), p('ids')))
    .orderBy('id'),
)
const deleteClaimed = across<{ subscriber: string; attempt: number; id: EventId }>(reason)((db, p) =>
  db
    .deleteFrom('delivery')
    .where('subscriber', '=', p('subscriber'))
    .where('attempts', '=', p('attempt'))
    .where('event_id', '=', p('id'))
    .returning('event_id'),
)

/** Claims up to `limit` due deliveries, oldest first; nobody else gets them before `leaseEnd`. */
export async function claim(
  store: Store,
  subscriber: string,
  limit: number,
  now: number,
  leaseEnd: number,
): Promise<Claim[]> {
  return store.unit(async (unit) => withEvents(unit, await unit.run(claimDue, { subscriber, limit, now, leaseEnd })))
}

/** Takes up to `limit` due deliveries, oldest first, for what this unit does about them; `attempt` is that of the last claim. */
export async function take(unit: Unit, subscriber: string, limit: number, now: number): Promise<Claim[]> {
  return withEvents(unit, await unit.run(takeDue, { subscriber, limit, now }))
}

async function withEvents(
  unit: Unit,
  deliveries: readonly { readonly id: EventId; readonly attempt: number }[],
): Promise<Claim[]> {
  if (deliveries.length === 0) return []
  const attempts = new Map(deliveries.map(({ id, attempt }) => [id, attempt]))
  const rows = await unit.run(eventsOf, { ids: JSON.stringify([...attempts.keys()]) })
  return rows.map((row) => ({ event: toEvent(row), attempt: attempts.get(row.id) ?? 0 }))
}

/** Forgets a delivery that was handled, and says whether it was still claimed; else it is left to who has it. */
export async function settle(unit: Unit, subscriber: string, { event, attempt }: Claim): Promise<boolean> {
  const settled = await unit.run(deleteClaimed, { subscriber, attempt, id: event.id })
  return settled.length === 1
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
