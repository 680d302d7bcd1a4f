import type { OrganizationId } from '@cardea/protocol'
import type { Insertable, Selectable } from 'kysely'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'

interface BffSessionTable {
  org_id: OrganizationId
  /** The app whose BFF it is, so that two of them cannot meet. */
  app: string
  key: string
  sealed: string
  sub: string
  sid: string | null
  expires_at: number
}

interface BffLockTable {
  org_id: OrganizationId
  app: string
  key: string
  holder: string
  expires_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    bff_session: BffSessionTable
    bff_lock: BffLockTable
  }
}

export const bffSessionMigrations: readonly Migration[] = [
  {
    id: 'bff-session-0001-create',
    async up(db) {
      await db.schema
        .createTable('bff_session')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('app', column.text, (c) => c.notNull())
        .addColumn('key', column.text, (c) => c.notNull())
        .addColumn('sealed', column.text, (c) => c.notNull())
        .addColumn('sub', column.text, (c) => c.notNull())
        .addColumn('sid', column.text)
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .addPrimaryKeyConstraint('bff_session_key', ['org_id', 'app', 'key'])
        .execute()
      for (const name of ['sid', 'sub'])
        await db.schema.createIndex(`bff_session_${name}`).on('bff_session').columns(['org_id', 'app', name]).execute()
      await db.schema
        .createTable('bff_lock')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('app', column.text, (c) => c.notNull())
        .addColumn('key', column.text, (c) => c.notNull())
        .addColumn('holder', column.text, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .addPrimaryKeyConstraint('bff_lock_key', ['org_id', 'app', 'key'])
        .execute()
    },
  },
]

/** Where one app's sessions are. */
export interface Place {
  readonly org: OrganizationId
  readonly app: string
}

type Row = Omit<Insertable<BffSessionTable>, 'org_id' | 'app'>

export function findSession(
  queries: Queries,
  { org, app }: Place,
  key: string,
  now: number,
): Promise<Selectable<BffSessionTable> | undefined> {
  return queries
    .in(org)
    .selectFrom('bff_session')
    .selectAll()
    .where('app', '=', app)
    .where('key', '=', key)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

export async function putSession(unit: Unit, { org, app }: Place, row: Row): Promise<void> {
  const { key, ...values } = row
  await unit
    .in(org)
    .insertInto('bff_session')
    .values({ org_id: org, app, key, ...values })
    .onConflict((conflict) => conflict.columns(['org_id', 'app', 'key']).doUpdateSet(values))
    .execute()
}

/** Deletes by key, by the identity provider's session, or by person. */
export async function deleteSessions(
  unit: Unit,
  { org, app }: Place,
  column: 'key' | 'sid' | 'sub',
  value: string,
): Promise<void> {
  await unit.in(org).deleteFrom('bff_session').where('app', '=', app).where(column, '=', value).execute()
}

/** Takes the lock if nobody holds it: one statement decides. */
export async function takeLock(
  unit: Unit,
  { org, app }: Place,
  lock: { readonly key: string; readonly holder: string; readonly now: number; readonly until: number },
): Promise<boolean> {
  const { key, holder, now, until } = lock
  const row = await unit
    .in(org)
    .insertInto('bff_lock')
    .values({ org_id: org, app, key, holder, expires_at: until })
    .onConflict((conflict) =>
      conflict
        .columns(['org_id', 'app', 'key'])
        .doUpdateSet({ holder, expires_at: until })
        .where('bff_lock.expires_at', '<=', now),
    )
    .returning('holder')
    .executeTakeFirst()
  return row?.holder === holder
}

export async function freeLock(unit: Unit, { org, app }: Place, key: string, holder: string): Promise<void> {
  await unit
    .in(org)
    .deleteFrom('bff_lock')
    .where('app', '=', app)
    .where('key', '=', key)
    .where('holder', '=', holder)
    .execute()
}

export function deleteOver(unit: Unit, table: 'bff_session' | 'bff_lock', now: number, limit: number) {
  return unit
    .across('delete BFF sessions that are over')
    .deleteFrom(table)
    .where('expires_at', '<=', now)
    .where('key', 'in', (eb) => eb.selectFrom(table).select('key').where('expires_at', '<=', now).limit(limit))
    .returning('key')
    .execute()
}
