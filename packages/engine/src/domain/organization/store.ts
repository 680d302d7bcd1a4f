import type { OrganizationId } from '@cardea/protocol'
import type { Selectable } from 'kysely'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
import type { Page, PageRequest } from '../page.ts'
import { contains, searchMigration, searchText } from '../search.ts'
import type { Organization } from './organization.ts'

/** An organization's row is its own: `org_id` is its id. */
interface OrganizationTable {
  org_id: OrganizationId
  parent: OrganizationId | null
  /** 1 for the root and null for the others, so that there is one root. */
  root: number | null
  handle: string
  name: string
  search_text: string
  /** JSON */
  branding: string | null
  /** JSON */
  sign_in_policy: string | null
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    organization: OrganizationTable
  }
}

export const organizationMigrations: readonly Migration[] = [
  {
    id: 'organization-0001-create',
    async up(db) {
      await db.schema
        .createTable('organization')
        .addColumn('org_id', column.text, (c) => c.primaryKey())
        .addColumn('parent', column.text)
        .addColumn('root', column.flag, (c) => c.unique())
        .addColumn('handle', column.text, (c) => c.notNull().unique())
        .addColumn('name', column.text, (c) => c.notNull())
        .addColumn('branding', column.json)
        .addColumn('sign_in_policy', column.json)
        .execute()
      await db.schema.createIndex('organization_parent').on('organization').columns(['parent', 'handle']).execute()
    },
  },
  searchMigration('organization', ['name', 'handle'], 'org_id'),
]

export async function findRoot(queries: Queries): Promise<Organization | undefined> {
  const row = await queries
    .across('find the root organization')
    .selectFrom('organization')
    .selectAll()
    .where('root', '=', 1)
    .executeTakeFirst()
  return row && toOrganization(row)
}

export async function findOrganization(queries: Queries, idOrHandle: string): Promise<Organization | undefined> {
  const row = await queries
    .across('find an organization by its id or handle')
    .selectFrom('organization')
    .selectAll()
    .where((eb) => eb.or([eb('org_id', '=', idOrHandle as OrganizationId), eb('handle', '=', idOrHandle)]))
    .executeTakeFirst()
  return row && toOrganization(row)
}

/** The organizations directly below `parent`, by handle. */
export async function listOrganizations(
  queries: Queries,
  parent: OrganizationId,
  { limit, after, search }: PageRequest,
): Promise<Page<Organization>> {
  const rows = await queries
    .across('list the organizations below one')
    .selectFrom('organization')
    .selectAll()
    .where('parent', '=', parent)
    .$if(after !== undefined, (query) => query.where('handle', '>', after ?? ''))
    .$if(search !== undefined, (query) => query.where(contains(search ?? '')))
    .orderBy('handle')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toOrganization)
  return { items, next: rows.length > limit ? items.at(-1)?.handle : undefined }
}

/** Writes it unless its id or handle is taken, or there is a root already; says whether it did. */
export async function insertOrganization(unit: Unit, organization: Organization): Promise<boolean> {
  const { id, ...rest } = organization
  const row = await unit
    .in(id)
    .insertInto('organization')
    .values({ org_id: id, root: rest.parent === undefined ? 1 : null, ...columns(rest), parent: rest.parent ?? null })
    .onConflict((conflict) => conflict.doNothing())
    .returning('handle')
    .executeTakeFirst()
  return row !== undefined
}

export async function updateOrganization(
  unit: Unit,
  id: OrganizationId,
  organization: Omit<Organization, 'id' | 'parent'>,
): Promise<void> {
  await unit.in(id).updateTable('organization').set(columns(organization)).execute()
}

export async function isHandleTaken(queries: Queries, handle: string, except: OrganizationId): Promise<boolean> {
  const row = await queries
    .across('see whether a handle is taken')
    .selectFrom('organization')
    .select('org_id')
    .where('handle', '=', handle)
    .where('org_id', '!=', except)
    .executeTakeFirst()
  return row !== undefined
}

function columns({ handle, name, branding, signInPolicy }: Omit<Organization, 'id' | 'parent'>) {
  return {
    handle,
    name,
    search_text: searchText(name, handle),
    branding: branding === undefined ? null : JSON.stringify(branding),
    sign_in_policy: signInPolicy === undefined ? null : JSON.stringify(signInPolicy),
  }
}

function toOrganization(row: Selectable<OrganizationTable>): Organization {
  return {
    id: row.org_id,
    parent: row.parent ?? undefined,
    handle: row.handle,
    name: row.name,
    branding: row.branding === null ? undefined : JSON.parse(row.branding),
    signInPolicy: row.sign_in_policy === null ? undefined : JSON.parse(row.sign_in_policy),
  }
}
