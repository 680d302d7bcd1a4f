import { randomBytes } from 'node:crypto'
import type { EventId } from '@cardea/protocol'
import type { Parameter } from '../store/statement.ts'
import { across } from '../store/statement.ts'
import type { Queries } from '../store/store.ts'
import type { Event, NewEvent } from './event.ts'
import type { Subscription } from './subscriber.ts'
import { wants } from './subscriber.ts'
import type { DeliveryTable, EventTable } from './tables.ts'

/** Turns what happened into rows: one event, and one delivery for each subscriber that wants it. */
export interface Outbox {
  stamp(event: NewEvent): Event
  write(queries: Queries, events: readonly Event[]): Promise<void>
}

const reason = 'write the events of a unit'
/** A unit has one event or a few; the statements of one with more are not kept. */
const few = 4

export function createOutbox(subscriptions: readonly Subscription[], now: () => number): Outbox {
  const nextId = createEventIds()
  const wanting = (event: Event) => subscriptions.filter((subscription) => wants(subscription, event.type))
  const ofTypes = new Map<string, Writer>()
  const writerOf = (events: readonly Event[]): Writer => {
    const types = events.map((event) => event.type).join(' ')
    const writer = ofTypes.get(types) ?? createWriter(events.map(wanting))
    ofTypes.set(types, writer)
    return writer
  }
  return {
    stamp(event) {
      const at = now()
      return { ...event, id: nextId(at), at }
    },
    async write(queries, events) {
      if (events.length <= few) return writerOf(events)(queries, events.map(toRow))
      const deliveries = events.flatMap((event) => wanting(event).map((one) => toDelivery(event, one)))
      // Both are on their way before the first has answered: one round trip on PostgreSQL.
      await Promise.all([
        queries.across(reason).insertInto('event').values(events.map(toRow)).execute(),
        deliveries.length > 0 && queries.across(reason).insertInto('delivery').values(deliveries).execute(),
      ])
    },
  }
}

interface Written {
  readonly rows: readonly EventTable[]
}

type Writer = (queries: Queries, rows: readonly EventTable[]) => Promise<void>

/** Writes events, each for its subscribers. */
function createWriter(subscribers: readonly (readonly Subscription[])[]): Writer {
  const happened = (p: Parameter<Written>) => subscribers.map((_, index) => eventParameters(p, index))
  const due = (p: Parameter<Written>) =>
    subscribers.flatMap((subscriptions, index) =>
      subscriptions.map(({ name }) => ({
        ...fresh,
        org_id: p.ofRow(index, 'org_id'),
        event_id: p.ofRow(index, 'id'),
        subscriber: name,
        due_at: p.ofRow(index, 'at'),
      })),
    )
  const events = across<Written>(reason)((db, p) => db.insertInto('event').values(happened(p)))
  if (subscribers.every((subscriptions) => subscriptions.length === 0)) {
    return async (queries, rows) => {
      await queries.run(events, { rows })
    }
  }
  const deliveries = across<Written>(reason)((db, p) => db.insertInto('delivery').values(due(p)))
  return async (queries, rows) => {
    await Promise.all([queries.run(events, { rows }), queries.run(deliveries, { rows })])
  }
}

function eventParameters(p: Parameter<Written>, index: number) {
  return {
    org_id: p.ofRow(index, 'org_id'),
    id: p.ofRow(index, 'id'),
    type: p.ofRow(index, 'type'),
    at: p.ofRow(index, 'at'),
    actor_type: p.ofRow(index, 'actor_type'),
    actor_id: p.ofRow(index, 'actor_id'),
    target: p.ofRow(index, 'target'),
    session: p.ofRow(index, 'session'),
    data: p.ofRow(index, 'data'),
    origin: p.ofRow(index, 'origin'),
  }
}

/** A delivery that nobody has claimed. */
const fresh = { attempts: 0, dead_at: null, error: null }

function toDelivery(event: Event, { name }: Subscription): DeliveryTable {
  return {
    org_id: event.org,
    event_id: event.id,
    subscriber: name,
    due_at: event.at,
    ...fresh,
  }
}

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

function base32(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = alphabet.charAt(rest % 32) + text
  return text
}

/** What the ids of events of `at` (milliseconds since the epoch) and later are not below. */
export function firstIdAt(at: number): EventId {
  return `evt_${base32(at, 9)}`
}

/**
 * Ids that sort by time and, within one process and millisecond, by the order they were made in. They end with what
 * tells the process from others: an id is no secret.
 */
function createEventIds(): (at: number) => EventId {
  const process = randomBytes(9).toString('hex')
  let last = 0
  let count = 0
  return (at) => {
    count = at > last ? 0 : count + 1
    last = Math.max(at, last)
    return `evt_${base32(last, 9)}${base32(count, 4)}${process}`
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
