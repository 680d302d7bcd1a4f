import type { OrganizationId, ResourceId } from '@cardea/protocol'
import type { Selectable } from 'kysely'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
import type { Page, PageRequest } from '../page.ts'
import { contains, searchMigration, searchText } from '../search.ts'
import type { NewResource, Resource } from './index.ts'

interface ResourceTable {
  org_id: OrganizationId
  id: ResourceId
  identifier: string
  name: string
  search_text: string
  /** JSON */
  scopes: string
  access_token_lifetime: number | null
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    resource: ResourceTable
  }
}

export const resourceMigrations: readonly Migration[] = [
  {
    id: 'resource-0001-create',
    async up(db) {
      await db.schema
        .createTable('resource')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        // One name on the wire in the whole deployment: the issuer is one, so `aud` must be.
        .addColumn('identifier', column.text, (c) => c.notNull().unique())
        .addColumn('name', column.text, (c) => c.notNull())
        .addColumn('scopes', column.json, (c) => c.notNull())
        .addColumn('access_token_lifetime', column.integer)
        .execute()
      await db.schema.createIndex('resource_org').on('resource').columns(['org_id', 'identifier']).execute()
    },
  },
  searchMigration('resource', ['name', 'identifier']),
]

/** Every API of the deployment: they are few, and a scope may belong to any. */
export async function allResources(queries: Queries): Promise<readonly Resource[]> {
  const rows = await queries
    .across('know every API a token can be for')
    .selectFrom('resource')
    .selectAll()
    .orderBy('identifier')
    .execute()
  return rows.map(toResource)
}

export async function findResource(queries: Queries, org: OrganizationId, id: ResourceId) {
  const row = await queries.in(org).selectFrom('resource').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toResource(row)
}

export async function listResources(
  queries: Queries,
  org: OrganizationId,
  { limit, after, search }: PageRequest,
): Promise<Page<Resource>> {
  const rows = await queries
    .in(org)
    .selectFrom('resource')
    .selectAll()
    .$if(after !== undefined, (query) => query.where('identifier', '>', after ?? ''))
    .$if(search !== undefined, (query) => query.where(contains(search ?? '')))
    .orderBy('identifier')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toResource)
  return { items, next: rows.length > limit ? items.at(-1)?.identifier : undefined }
}

/** Writes it unless the identifier is taken; says whether it did. */
export async function insertResource(unit: Unit, id: ResourceId, resource: NewResource): Promise<boolean> {
  const { org } = resource
  const row = await unit
    .in(org)
    .insertInto('resource')
    .values({ org_id: org, id, ...columns(resource) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function updateResource(
  unit: Unit,
  org: OrganizationId,
  id: ResourceId,
  resource: Columns,
): Promise<void> {
  await unit.in(org).updateTable('resource').set(columns(resource)).where('id', '=', id).execute()
}

export async function deleteResource(unit: Unit, org: OrganizationId, id: ResourceId): Promise<boolean> {
  const row = await unit.in(org).deleteFrom('resource').where('id', '=', id).returning('id').executeTakeFirst()
  return row !== undefined
}

type Columns = Pick<Resource, 'identifier' | 'name' | 'scopes' | 'accessTokenLifetime'>

function columns({ identifier, name, scopes, accessTokenLifetime }: Columns) {
  return {
    identifier,
    name,
    search_text: searchText(name, identifier),
    scopes: JSON.stringify(scopes),
    access_token_lifetime: accessTokenLifetime ?? null,
  }
}

function toResource(row: Selectable<ResourceTable>): Resource {
  return {
    id: row.id,
    org: row.org_id,
    identifier: row.identifier,
    name: row.name,
    scopes: JSON.parse(row.scopes),
    accessTokenLifetime: row.access_token_lifetime ?? undefined,
  }
}
