import { randomBytes } from 'node:crypto'
import type { EventId } from '@cardea/protocol'
import type { Kysely } from 'kysely'
import type { Tables } from '../store/store.ts'
import type { Event, NewEvent } from './event.ts'
import type { Subscription } from './subscriber.ts'
import { wants } from './subscriber.ts'
import type { DeliveryTable, EventTable } from './tables.ts'

/** Turns what happened into rows: one event, and one delivery for each subscriber that wants it. */
export interface Outbox {
  stamp(event: NewEvent): Event
  write(queries: Kysely<Tables>, events: readonly Event[]): Promise<void>
}

export function createOutbox(subscriptions: readonly Subscription[], now: () => number): Outbox {
  const nextId = createEventIds()
  return {
    stamp(event) {
      const at = now()
      return { ...event, id: nextId(at), at }
    },
    async write(queries, events) {
      const deliveries = events.flatMap((event) =>
        subscriptions.filter((subscription) => wants(subscription, event.type)).map((one) => toDelivery(event, one)),
      )
      // Both are on their way before the first has answered: one round trip on PostgreSQL.
      await Promise.all([
        queries.insertInto('event').values(events.map(toRow)).execute(),
        deliveries.length > 0 && queries.insertInto('delivery').values(deliveries).execute(),
      ])
    },
  }
}

function toDelivery(event: Event, { name }: Subscription): DeliveryTable {
  return {
    org_id: event.org,
    event_id: event.id,
    subscriber: name,
    due_at: event.at,
    attempts: 0,
    dead_at: null,
    error: null,
  }
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

function base32(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = alphabet.charAt(rest % 32) + text
  return text
}

/** Ids that sort by time and, within one process and millisecond, by the order they were made in. */
function createEventIds(): (at: number) => EventId {
  let last = 0
  let count = 0
  return (at) => {
    count = at > last ? 0 : count + 1
    last = Math.max(at, last)
    return `evt_${base32(last, 9)}${base32(count, 4)}${randomBytes(9).toString('hex')}`
  }
}

function toRow(event: Event): EventTable {
  const { actor, data, origin } = event
  return {
    org_id: event.org,
    id: event.id,
    type: event.type,
    at: event.at,
    actor_type: actor.type,
    actor_id: 'id' in actor ? actor.id : null,
    target: event.target ?? null,
    session: event.session ?? null,
    data: data === undefined ? null : JSON.stringify(data),
    origin: origin === undefined ? null : JSON.stringify(origin),
  }
}

/** The event of a row. */
export function toEvent(row: EventTable): Event {
  return {
    id: row.id,
    org: row.org_id,
    type: row.type,
    at: row.at,
    // Written by `toRow`: an id is there exactly when the type has one.
    actor: (row.actor_id === null
      ? { type: row.actor_type }
      : { type: row.actor_type, id: row.actor_id }) as Event['actor'],
    ...(row.target === null ? {} : { target: row.target }),
    ...(row.session === null ? {} : { session: row.session }),
    ...(row.data === null ? {} : { data: JSON.parse(row.data) }),
    ...(row.origin === null ? {} : { origin: JSON.parse(row.origin) }),
  }
}
