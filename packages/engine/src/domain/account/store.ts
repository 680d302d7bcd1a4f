import type { AccountId, OrganizationId } from '@cardea/protocol'
import type { Kysely, Selectable } from 'kysely'
import type { Migration, Queries, Tables, Unit } from '../../kernel/store/index.ts'
import { across, column, inOrganization } from '../../kernel/store/index.ts'
import { factorColumns, joinedFactor } from '../factor/index.ts'
import type { Page, PageRequest } from '../page.ts'
import { contains, searchMigration, searchText } from '../search.ts'
import type { Account, Enrolled } from './account.ts'

interface AccountTable {
  org_id: OrganizationId
  id: AccountId
  username: string
  /** As compared: lower case. */
  username_key: string
  email: string | null
  email_key: string | null
  email_verified: number
  name: string | null
  search_text: string
  given_name: string | null
  family_name: string | null
  picture: string | null
  locale: string | null
  zoneinfo: string | null
  /** JSON */
  attributes: string
  status: 'active' | 'disabled'
  created_at: number
  updated_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    account: AccountTable
  }
}

export const accountMigrations: readonly Migration[] = [
  {
    id: 'account-0001-create',
    async up(db) {
      await db.schema
        .createTable('account')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('username', column.text, (c) => c.notNull())
        .addColumn('username_key', column.text, (c) => c.notNull())
        .addColumn('email', column.text)
        .addColumn('email_key', column.text)
        .addColumn('email_verified', column.flag, (c) => c.notNull())
        .addColumn('name', column.text)
        .addColumn('given_name', column.text)
        .addColumn('family_name', column.text)
        .addColumn('picture', column.text)
        .addColumn('locale', column.text)
        .addColumn('zoneinfo', column.text)
        .addColumn('attributes', column.json, (c) => c.notNull())
        .addColumn('status', column.text, (c) => c.notNull())
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('updated_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('account_username')
        .on('account')
        .columns(['org_id', 'username_key'])
        .unique()
        .execute()
      await db.schema.createIndex('account_email').on('account').columns(['org_id', 'email_key']).unique().execute()
    },
  },
  searchMigration('account', ['username', 'email', 'name']),
]

/** How identifiers are compared. */
export const identifierKey = (text: string): string => text.trim().normalize('NFC').toLowerCase()

export async function findAccount(queries: Queries, org: OrganizationId, id: AccountId): Promise<Account | undefined> {
  const row = await queries.in(org).selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toAccount(row)
}

const joined = (db: Kysely<Tables>) =>
  db
    .selectFrom('account')
    .leftJoin('factor', 'factor.account', 'account.id')
    .selectAll('account')
    .select(factorColumns)
    .orderBy('factor.created_at')

const withFactorsById = inOrganization<{ org_id: OrganizationId; id: AccountId }>()((db, p) =>
  joined(db).where('account.id', '=', p('id')),
)
const withFactorsByIdentifier = inOrganization<{ org_id: OrganizationId; key: string }>()((db, p) =>
  joined(db).where((where) =>
    where.or([where('account.username_key', '=', p('key')), where('account.email_key', '=', p('key'))]),
  ),
)
const bySubject = across<{ id: AccountId }>('find the account a verified token is about')((db, p) =>
  db.selectFrom('account').selectAll().where('id', '=', p('id')),
)

type JoinedRow = Selectable<AccountTable> & Parameters<typeof joinedFactor>[0]

/** The account of one of the rows, with its factors out of all of them, which are `account.*` and `factorColumns`. */
export function joinedAccount(rows: readonly JoinedRow[], row: JoinedRow): Enrolled {
  const own = rows.filter(({ id }) => id === row.id)
  return { account: toAccount(row), factors: own.flatMap((one) => joinedFactor(one) ?? []) }
}

export async function findWithFactors(
  queries: Queries,
  org: OrganizationId,
  id: AccountId,
): Promise<Enrolled | undefined> {
  const rows = await queries.run(withFactorsById, { org_id: org, id })
  const [row] = rows
  return row && joinedAccount(rows, row)
}

/** A username wins over somebody else's e-mail address that reads the same. */
export async function findByIdentifierWithFactors(
  queries: Queries,
  org: OrganizationId,
  identifier: string,
): Promise<Enrolled | undefined> {
  const key = identifierKey(identifier)
  const rows = await queries.run(withFactorsByIdentifier, { org_id: org, key })
  const row = rows.find((one) => one.username_key === key) ?? rows[0]
  return row && joinedAccount(rows, row)
}

export async function findBySubject(queries: Queries, id: AccountId): Promise<Account | undefined> {
  const [row] = await queries.run(bySubject, { id })
  return row && toAccount(row)
}

export async function listAccounts(queries: Queries, org: OrganizationId, page: PageRequest): Promise<Page<Account>> {
  let query = queries
    .in(org)
    .selectFrom('account')
    .selectAll()
    .orderBy('username_key')
    .limit(page.limit + 1)
  const { after, search } = page
  if (after) query = query.where('username_key', '>', after)
  if (search) query = query.where(contains(search))
  const rows = await query.execute()
  const items = rows.slice(0, page.limit)
  return { items: items.map(toAccount), next: rows.length > page.limit ? items.at(-1)?.username_key : undefined }
}

/** Which of the two names somebody else has already. */
export async function takenField(
  unit: Unit,
  org: OrganizationId,
  wanted: { readonly id?: AccountId; readonly username?: string; readonly email?: string | undefined },
): Promise<'username' | 'email' | undefined> {
  const username = wanted.username === undefined ? '' : identifierKey(wanted.username)
  const email = wanted.email === undefined ? '' : identifierKey(wanted.email)
  const rows = await unit
    .in(org)
    .selectFrom('account')
    .select(['id', 'username_key', 'email_key'])
    .where((where) =>
      // Either is typed to say who one is: nobody's username may be another's address, or the other way round.
      where.or([where('username_key', 'in', [username, email]), where('email_key', 'in', [username, email])]),
    )
    .execute()
  const others = rows.filter((row) => row.id !== wanted.id)
  const taken = (key: string) =>
    key !== '' && others.some(({ username_key, email_key }) => username_key === key || email_key === key)
  if (taken(username)) return 'username'
  return taken(email) ? 'email' : undefined
}

/** `undefined` when id, username or e-mail is taken. */
export async function insertAccount(unit: Unit, account: Account): Promise<Account | undefined> {
  const row = await unit
    .in(account.org)
    .insertInto('account')
    .values({ ...toRow(account), org_id: account.org, id: account.id, created_at: account.createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toAccount(row)
}

/** The account, which nobody else changes until the unit is over. */
export async function lockAccount(unit: Unit, org: OrganizationId, id: AccountId): Promise<Account | undefined> {
  const row = await unit
    .in(org)
    .updateTable('account')
    .set((eb) => ({ updated_at: eb.ref('updated_at') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toAccount(row)
}

export async function saveAccount(unit: Unit, account: Account): Promise<Account | undefined> {
  const row = await unit
    .in(account.org)
    .updateTable('account')
    .set(toRow(account))
    .where('id', '=', account.id)
    .returningAll()
    .executeTakeFirst()
  return row && toAccount(row)
}

export async function deleteAccount(unit: Unit, org: OrganizationId, id: AccountId): Promise<boolean> {
  const row = await unit.in(org).deleteFrom('account').where('id', '=', id).returning('id').executeTakeFirst()
  return row !== undefined
}

function toRow(account: Account) {
  return {
    username: account.username,
    username_key: identifierKey(account.username),
    email: account.email ?? null,
    email_key: account.email === undefined ? null : identifierKey(account.email),
    email_verified: account.emailVerified ? 1 : 0,
    name: account.name ?? null,
    search_text: searchText(account.username, account.email, account.name),
    given_name: account.givenName ?? null,
    family_name: account.familyName ?? null,
    picture: account.picture ?? null,
    locale: account.locale ?? null,
    zoneinfo: account.zoneinfo ?? null,
    attributes: JSON.stringify(account.attributes),
    status: account.status,
    updated_at: account.updatedAt,
  }
}

function toAccount(row: Selectable<AccountTable>): Account {
  return {
    id: row.id,
    org: row.org_id,
    username: row.username,
    email: row.email ?? undefined,
    emailVerified: row.email_verified === 1,
    name: row.name ?? undefined,
    givenName: row.given_name ?? undefined,
    familyName: row.family_name ?? undefined,
    picture: row.picture ?? undefined,
    locale: row.locale ?? undefined,
    zoneinfo: row.zoneinfo ?? undefined,
    attributes: JSON.parse(row.attributes),
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
