import type { EventId, OrganizationId, SessionId } from '@cardea/protocol'
import { sql } from 'kysely'
import type { Migration } from '../store/migration.ts'
import { column } from '../store/migration.ts'
import type { Actor } from './event.ts'

/** Everything that ever happened, in the order of `id`. */
export interface EventTable {
  org_id: OrganizationId
  id: EventId
  type: string
  at: number
  actor_type: Actor['type']
  actor_id: string | null
  target: string | null
  session: SessionId | null
  /** JSON */
  data: string | null
  /** JSON */
  origin: string | null
}

/** One row for each event that a subscriber still has to handle; gone when it has. */
export interface DeliveryTable {
  org_id: OrganizationId
  event_id: EventId
  subscriber: string
  /** When it may be claimed. A claim moves it to the end of its lease. */
  due_at: number
  /** Claims so far; names the claim that may settle the delivery. */
  attempts: number
  /** Set when no further try will be made. */
  dead_at: number | null
  error: string | null
}

export const eventMigrations: readonly Migration[] = [
  {
    id: 'event-0001-outbox',
    async up(db) {
      await db.schema
        .createTable('event')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.notNull())
        .addColumn('type', column.text, (c) => c.notNull())
        .addColumn('at', column.time, (c) => c.notNull())
        .addColumn('actor_type', column.text, (c) => c.notNull())
        .addColumn('actor_id', column.text)
        .addColumn('target', column.text)
        .addColumn('session', column.text)
        .addColumn('data', column.json)
        .addColumn('origin', column.json)
        .addPrimaryKeyConstraint('event_pk', ['id'])
        .execute()
      await db.schema.createIndex('event_org').on('event').columns(['org_id', 'id']).execute()
      await db.schema
        .createTable('delivery')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('event_id', column.text, (c) => c.notNull())
        .addColumn('subscriber', column.text, (c) => c.notNull())
        .addColumn('due_at', column.time, (c) => c.notNull())
        .addColumn('attempts', column.integer, (c) => c.notNull())
        .addColumn('dead_at', column.time)
        .addColumn('error', column.text)
        .addPrimaryKeyConstraint('delivery_pk', ['subscriber', 'event_id'])
        .execute()
      await db.schema
        .createIndex('delivery_due')
        .on('delivery')
        .columns(['subscriber', 'due_at', 'event_id'])
        .where(sql<boolean>`dead_at is null`)
        .execute()
      await db.schema
        .createIndex('delivery_dead')
        .on('delivery')
        .column('dead_at')
        .where(sql<boolean>`dead_at is not null`)
        .execute()
    },
  },
]
