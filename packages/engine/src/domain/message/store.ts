import type { MessageId, OrganizationId } from '@cardea/protocol'
import type { Selectable } from 'kysely'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'

interface MessageTable {
  org_id: OrganizationId
  id: MessageId
  channel: string
  template: string
  locale: string
  /** Recipient and params, sealed: a code must not be readable in the database. */
  sealed: string
  created_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    message: MessageTable
  }
}

export const messageMigrations: readonly Migration[] = [
  {
    id: 'message-0001-create',
    async up(db) {
      await db.schema
        .createTable('message')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('channel', column.text, (c) => c.notNull())
        .addColumn('template', column.text, (c) => c.notNull())
        .addColumn('locale', column.text, (c) => c.notNull())
        .addColumn('sealed', column.text, (c) => c.notNull())
        .addColumn('created_at', column.time, (c) => c.notNull())
        .execute()
    },
  },
]

export async function insertMessage(unit: Unit, message: MessageTable): Promise<void> {
  await unit.in(message.org_id).insertInto('message').values(message).execute()
}

export function findMessage(
  queries: Queries,
  org: OrganizationId,
  id: MessageId,
): Promise<Selectable<MessageTable> | undefined> {
  return queries.in(org).selectFrom('message').selectAll().where('id', '=', id).executeTakeFirst()
}

/** What could not be sent: tries end within a day. */
export function deleteUnsent(unit: Unit, before: number, limit: number) {
  return unit
    .across('forget messages that could not be sent')
    .deleteFrom('message')
    .where('id', 'in', (eb) => eb.selectFrom('message').select('id').where('created_at', '<', before).limit(limit))
    .returning('id')
    .execute()
}

export async function deleteMessage(unit: Unit, org: OrganizationId, id: MessageId): Promise<void> {
  await unit.in(org).deleteFrom('message').where('id', '=', id).execute()
}
