import type { AccountId, ClientId, OrganizationId } from '@cardea/protocol'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
import type { Consent } from './grant.ts'

interface ConsentTable {
  org_id: OrganizationId
  account: AccountId
  client: ClientId
  /** JSON */
  scope: string
  granted_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    consent: ConsentTable
  }
}

export const consentMigrations: readonly Migration[] = [
  {
    id: 'consent-0001-create',
    async up(db) {
      await db.schema
        .createTable('consent')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('account', column.text, (c) => c.notNull())
        .addColumn('client', column.text, (c) => c.notNull())
        .addColumn('scope', column.json, (c) => c.notNull())
        .addColumn('granted_at', column.time, (c) => c.notNull())
        .addPrimaryKeyConstraint('consent_key', ['org_id', 'account', 'client'])
        .execute()
    },
  },
]

export async function findConsent(
  queries: Queries,
  org: OrganizationId,
  account: AccountId,
  client: ClientId,
): Promise<Consent | undefined> {
  const row = await queries
    .in(org)
    .selectFrom('consent')
    .selectAll()
    .where('account', '=', account)
    .where('client', '=', client)
    .executeTakeFirst()
  return row && toConsent(row)
}

export async function listConsents(queries: Queries, org: OrganizationId, account: AccountId): Promise<Consent[]> {
  const rows = await queries
    .in(org)
    .selectFrom('consent')
    .selectAll()
    .where('account', '=', account)
    .orderBy('granted_at', 'desc')
    .orderBy('client')
    .execute()
  return rows.map(toConsent)
}

export async function writeConsent(
  unit: Unit,
  org: OrganizationId,
  account: AccountId,
  { client, scope, grantedAt }: Consent,
): Promise<void> {
  const said = { scope: JSON.stringify(scope), granted_at: grantedAt }
  await unit
    .in(org)
    .insertInto('consent')
    .values({ org_id: org, account, client, ...said })
    .onConflict((conflict) => conflict.columns(['org_id', 'account', 'client']).doUpdateSet(said))
    .execute()
}

export async function deleteConsents(
  unit: Unit,
  org: OrganizationId,
  account: AccountId,
  client?: ClientId,
): Promise<boolean> {
  const rows = await unit
    .in(org)
    .deleteFrom('consent')
    .where('account', '=', account)
    .$if(client !== undefined, (query) => query.where('client', '=', client as ClientId))
    .returning('client')
    .execute()
  return rows.length > 0
}

function toConsent(row: ConsentTable): Consent {
  return { client: row.client, scope: JSON.parse(row.scope), grantedAt: row.granted_at }
}
