import type { ClientId, OrganizationId } from '@cardea/protocol'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
import type { Page, PageRequest } from '../page.ts'
import { contains, searchMigration, searchText } from '../search.ts'
import type { Client } from './client.ts'

interface ClientTable {
  org_id: OrganizationId
  id: ClientId
  client_id: string
  name: string
  search_text: string
  status: 'active' | 'disabled'
  /** JSON: everything else the registration says. */
  registration: string
  /** JSON list of SHA-256 digests. */
  secret_hashes: string
  created_at: number
  updated_at: number
}

/** Which origins belong to registered apps, one row each. */
interface ClientOriginTable {
  org_id: OrganizationId
  client: ClientId
  origin: string
}

/** Assertions that were used, until they expire by themselves (RFC 7523 §3 (7)). */
interface ClientAssertionTable {
  org_id: OrganizationId
  client: ClientId
  jti_hash: string
  expires_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    client: ClientTable
    client_origin: ClientOriginTable
    client_assertion: ClientAssertionTable
  }
}

export const clientMigrations: readonly Migration[] = [
  {
    id: 'client-0001-create',
    async up(db) {
      await db.schema
        .createTable('client')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('client_id', column.text, (c) => c.notNull().unique())
        .addColumn('name', column.text, (c) => c.notNull())
        .addColumn('status', column.text, (c) => c.notNull())
        .addColumn('registration', column.json, (c) => c.notNull())
        .addColumn('secret_hashes', column.json, (c) => c.notNull())
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('updated_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('client_by_org').on('client').columns(['org_id', 'id']).execute()
      await db.schema
        .createTable('client_origin')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('client', column.text, (c) => c.notNull())
        .addColumn('origin', column.text, (c) => c.notNull())
        .addPrimaryKeyConstraint('client_origin_key', ['client', 'origin'])
        .execute()
      await db.schema.createIndex('client_origin_by_origin').on('client_origin').column('origin').execute()
      await db.schema
        .createTable('client_assertion')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('client', column.text, (c) => c.notNull())
        .addColumn('jti_hash', column.text, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .addPrimaryKeyConstraint('client_assertion_key', ['client', 'jti_hash'])
        .execute()
      await db.schema.createIndex('client_assertion_by_end').on('client_assertion').column('expires_at').execute()
    },
  },
  searchMigration('client', ['name', 'client_id']),
]

export async function findClient(queries: Queries, by: 'client_id' | 'id', value: string): Promise<Client | undefined> {
  const row = await queries
    .across('find an app by its client_id or id')
    .selectFrom('client')
    .selectAll()
    .where(by, '=', value)
    .executeTakeFirst()
  return row && toClient(row)
}

/** An organization's apps, oldest id first. */
export async function listClients(
  queries: Queries,
  org: OrganizationId,
  { limit, after, search }: PageRequest,
): Promise<Page<Client>> {
  const rows = await queries
    .in(org)
    .selectFrom('client')
    .selectAll()
    .$if(after !== undefined, (query) => query.where('id', '>', after as ClientId))
    .$if(search !== undefined, (query) => query.where(contains(search ?? '')))
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toClient)
  return { items, next: rows.length > limit ? items.at(-1)?.id : undefined }
}

/** Writes it unless its `client_id` is taken; says whether it did. */
export async function insertClient(unit: Unit, client: Client): Promise<boolean> {
  const row = await unit
    .in(client.org)
    .insertInto('client')
    .values({ org_id: client.org, id: client.id, created_at: client.createdAt, ...columns(client) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row) await writeOrigins(unit, client)
  return row !== undefined
}

/** Reads the row under a lock, so that what is read is what will be changed. */
export async function lockClient(unit: Unit, org: OrganizationId, id: ClientId): Promise<Client | undefined> {
  const row = await unit
    .in(org)
    .updateTable('client')
    .set((eb) => ({ name: eb.ref('name') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toClient(row)
}

export async function updateClient(unit: Unit, client: Client): Promise<void> {
  await unit.in(client.org).updateTable('client').set(columns(client)).where('id', '=', client.id).execute()
  await unit.in(client.org).deleteFrom('client_origin').where('client', '=', client.id).execute()
  await writeOrigins(unit, client)
}

export async function deleteClient(unit: Unit, org: OrganizationId, id: ClientId): Promise<boolean> {
  await unit.in(org).deleteFrom('client_origin').where('client', '=', id).execute()
  const row = await unit.in(org).deleteFrom('client').where('id', '=', id).returning('id').executeTakeFirst()
  return row !== undefined
}

export async function isClientIdTaken(queries: Queries, clientId: string, except: ClientId): Promise<boolean> {
  const row = await queries
    .across('see whether a client_id is taken')
    .selectFrom('client')
    .select('id')
    .where('client_id', '=', clientId)
    .where('id', '!=', except)
    .executeTakeFirst()
  return row !== undefined
}

export async function isRegisteredOrigin(queries: Queries, origin: string): Promise<true | undefined> {
  const row = await queries
    .across('see whether an origin belongs to an app')
    .selectFrom('client_origin')
    .innerJoin('client', 'client.id', 'client_origin.client')
    .select('client.id')
    .where('client_origin.origin', '=', origin)
    .where('client.status', '=', 'active')
    .executeTakeFirst()
  return row ? true : undefined
}

/** Every origin an active app of ours has registered; somebody else's must not ask for this deployment's passkeys. */
export async function firstPartyOrigins(queries: Queries): Promise<string[]> {
  const rows = await queries
    .across('list the origins of all apps')
    .selectFrom('client_origin')
    .innerJoin('client', 'client.id', 'client_origin.client')
    .select(['client_origin.origin', 'client.registration'])
    .where('client.status', '=', 'active')
    .orderBy('client_origin.origin')
    .execute()
  const own = rows.filter(({ registration }) => (JSON.parse(registration) as Partial<Registration>).firstParty === true)
  return [...new Set(own.map((row) => row.origin))]
}

/** Marks an assertion as used: `true` for the first caller with this `jti` only. */
export async function consumeAssertion(
  unit: Unit,
  client: Pick<Client, 'org' | 'id'>,
  jtiHash: string,
  expiresAt: number,
): Promise<true | undefined> {
  const row = await unit
    .in(client.org)
    .insertInto('client_assertion')
    .values({ org_id: client.org, client: client.id, jti_hash: jtiHash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.columns(['client', 'jti_hash']).doNothing())
    .returning('client')
    .executeTakeFirst()
  return row ? true : undefined
}

export async function forgetAssertions(unit: Unit, now: number): Promise<void> {
  await unit
    .across('forget client assertions that have expired')
    .deleteFrom('client_assertion')
    .where('expires_at', '<', now)
    .execute()
}

async function writeOrigins(unit: Unit, client: Client): Promise<void> {
  if (client.origins.length === 0) return
  const rows = [...new Set(client.origins)].map((origin) => ({ org_id: client.org, client: client.id, origin }))
  await unit.in(client.org).insertInto('client_origin').values(rows).execute()
}

function columns({ org, id, clientId, name, status, secretHashes, createdAt, updatedAt, ...registration }: Client) {
  return {
    client_id: clientId,
    name,
    search_text: searchText(name, clientId),
    status,
    registration: JSON.stringify(registration),
    secret_hashes: JSON.stringify(secretHashes),
    updated_at: updatedAt,
  }
}

type Registration = Omit<
  Client,
  'org' | 'id' | 'clientId' | 'name' | 'status' | 'secretHashes' | 'createdAt' | 'updatedAt'
>

function toClient(row: ClientTable): Client {
  const said = JSON.parse(row.registration) as Partial<Registration>
  return {
    ...(said as Registration),
    // JSON leaves out what is undefined; a registration of an older version has no newer member.
    accessTokenLifetime: said.accessTokenLifetime,
    signInPolicy: said.signInPolicy,
    org: row.org_id,
    id: row.id,
    clientId: row.client_id,
    name: row.name,
    status: row.status,
    secretHashes: JSON.parse(row.secret_hashes),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
