import { sql } from 'kysely'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'

/** Counters of the deployment, not of an organization: an address tries many of them. Keys of people hold their id. */
interface AttemptTable {
  key: string
  count: number
  /** Nothing is judged before: the delay. */
  wait_until: number
  /** The counter starts again: the end of the window. */
  expires_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    attempt: AttemptTable
  }
}

export const attemptMigrations: readonly Migration[] = [
  {
    id: 'attempt-0001-create',
    async up(db) {
      await db.schema
        .createTable('attempt')
        .addColumn('key', column.text, (c) => c.primaryKey())
        .addColumn('count', column.integer, (c) => c.notNull())
        .addColumn('wait_until', column.time, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('attempt_expires').on('attempt').column('expires_at').execute()
    },
  },
]

const reason = 'count attempts'

export async function readAttempts(
  queries: Queries,
  keys: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, AttemptTable>> {
  const rows = await queries
    .across(reason)
    .selectFrom('attempt')
    .selectAll()
    .where('key', 'in', keys)
    .where('expires_at', '>', now)
    .execute()
  return new Map(rows.map((row) => [row.key, row]))
}

/** Adds one to each key, starting anew where its time is over; one statement for all. */
export async function countUp(
  unit: Unit,
  keys: readonly string[],
  now: number,
  expiresAt: number,
): Promise<ReadonlyMap<string, AttemptTable>> {
  const rows = await unit
    .across(reason)
    .insertInto('attempt')
    .values(keys.map((key) => ({ key, count: 1, wait_until: 0, expires_at: expiresAt })))
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((up) => ({
        count: sql<number>`case when ${up.ref('attempt.expires_at')} <= ${now} then 1 else ${up.ref('attempt.count')} + 1 end`,
        expires_at: sql<number>`case when ${up.ref('attempt.expires_at')} <= ${now} then ${up.ref('excluded.expires_at')} else ${up.ref('attempt.expires_at')} end`,
      })),
    )
    .returningAll()
    .execute()
  return new Map(rows.map((row) => [row.key, row]))
}

export async function setWait(unit: Unit, key: string, waitUntil: number, expiresAt: number): Promise<void> {
  await unit
    .across(reason)
    .updateTable('attempt')
    .set({ wait_until: waitUntil, expires_at: expiresAt })
    .where('key', '=', key)
    .execute()
}

export async function forget(unit: Unit, keys: readonly string[]): Promise<void> {
  await unit.across(reason).deleteFrom('attempt').where('key', 'in', keys).execute()
}

/** Notes a fact with an end: `key` is known until then. */
export async function remember(unit: Unit, key: string, expiresAt: number): Promise<void> {
  await unit
    .across(reason)
    .insertInto('attempt')
    .values({ key, count: 1, wait_until: 0, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ expires_at: expiresAt }))
    .execute()
}

export async function anyWithPrefix(queries: Queries, prefix: string, now: number): Promise<boolean> {
  const row = await queries
    .across(reason)
    .selectFrom('attempt')
    .select('key')
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\uffff`)
    .where('expires_at', '>', now)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function deleteExpired(unit: Unit, now: number): Promise<void> {
  await unit.across(reason).deleteFrom('attempt').where('expires_at', '<=', now).execute()
}
