import type { AccountId, FactorId, OrganizationId } from '@cardea/protocol'
import type { Selectable } from 'kysely'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
import type { StoredFactor } from './factor.ts'

interface FactorTable {
  org_id: OrganizationId
  id: FactorId
  account: AccountId
  authenticator: string
  name: string | null
  secret: string
  lookup: string
  counter: number
  created_at: number
  last_used_at: number | null
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    factor: FactorTable
  }
}

export const factorMigrations: readonly Migration[] = [
  {
    id: 'factor-0001-create',
    async up(db) {
      await db.schema
        .createTable('factor')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('account', column.text, (c) => c.notNull())
        .addColumn('authenticator', column.text, (c) => c.notNull())
        .addColumn('name', column.text)
        .addColumn('secret', column.text, (c) => c.notNull())
        .addColumn('lookup', column.text, (c) => c.notNull())
        .addColumn('counter', column.integer, (c) => c.notNull())
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('last_used_at', column.time)
        .execute()
      await db.schema.createIndex('factor_account').on('factor').columns(['org_id', 'account']).execute()
      // Across organizations: a passkey belongs to one account of the deployment (WebAuthn §7.1 step 26).
      await db.schema.createIndex('factor_lookup').on('factor').columns(['authenticator', 'lookup']).unique().execute()
    },
  },
]

export async function factorsOf(
  queries: Queries,
  org: OrganizationId,
  account: AccountId,
  authenticator?: string,
): Promise<StoredFactor[]> {
  let query = queries.in(org).selectFrom('factor').selectAll().where('account', '=', account).orderBy('created_at')
  if (authenticator !== undefined) query = query.where('authenticator', '=', authenticator)
  return (await query.execute()).map(toFactor)
}

export async function findFactor(
  queries: Queries,
  org: OrganizationId,
  authenticator: string,
  lookup: string,
): Promise<StoredFactor | undefined> {
  const row = await queries
    .in(org)
    .selectFrom('factor')
    .selectAll()
    .where('authenticator', '=', authenticator)
    .where('lookup', '=', lookup)
    .executeTakeFirst()
  return row && toFactor(row)
}

/** `undefined` when `lookup` is taken. */
export async function insertFactor(unit: Unit, factor: StoredFactor): Promise<StoredFactor | undefined> {
  const row = await unit
    .in(factor.org)
    .insertInto('factor')
    .values({
      org_id: factor.org,
      id: factor.id,
      account: factor.account,
      authenticator: factor.authenticator,
      name: factor.name ?? null,
      secret: factor.secret,
      lookup: factor.lookup,
      counter: factor.counter,
      created_at: factor.createdAt,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toFactor(row)
}

/** One statement decides: of many callers with the same `counter` one gets `true`. */
export async function claimCounter(
  unit: Unit,
  org: OrganizationId,
  id: FactorId,
  counter: number,
  at: number,
): Promise<boolean> {
  const row = await unit
    .in(org)
    .updateTable('factor')
    .set({ counter, last_used_at: at })
    .where('id', '=', id)
    .where('counter', '<', counter)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function updateFactor(
  unit: Unit,
  org: OrganizationId,
  id: FactorId,
  change: Partial<Pick<FactorTable, 'secret' | 'name' | 'counter' | 'last_used_at'>>,
): Promise<boolean> {
  const row = await unit
    .in(org)
    .updateTable('factor')
    .set(change)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function deleteFactor(
  unit: Unit,
  org: OrganizationId,
  account: AccountId,
  authenticator: string,
  id: FactorId,
): Promise<boolean> {
  const row = await unit
    .in(org)
    .deleteFrom('factor')
    .where('id', '=', id)
    .where('account', '=', account)
    .where('authenticator', '=', authenticator)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function deleteFactors(unit: Unit, org: OrganizationId, account: AccountId): Promise<void> {
  await unit.in(org).deleteFrom('factor').where('account', '=', account).execute()
}

function toFactor(row: Selectable<FactorTable>): StoredFactor {
  return {
    id: row.id,
    org: row.org_id,
    account: row.account,
    authenticator: row.authenticator,
    name: row.name ?? undefined,
    secret: row.secret,
    lookup: row.lookup,
    counter: row.counter,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}
