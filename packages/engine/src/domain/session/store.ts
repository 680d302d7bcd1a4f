import type { AccountId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Migration, Queries, Tables, Unit } from '../../kernel/store/index.ts'
import { across, column, inOrganization } from '../../kernel/store/index.ts'
import { joinedAccount } from '../account/index.ts'
import { factorColumns } from '../factor/index.ts'
import type { LiveSession, ProvenFactor, Session } from './session.ts'

interface SessionTable {
  org_id: OrganizationId
  id: SessionId
  account: AccountId
  started_by: string
  /** SHA-256 of the cookie's secret. */
  secret_hash: string
  isk_hash: string
  /** JSON */
  factors: string
  user_agent: string | null
  address: string | null
  /** What ends together: the id of the first of one person's sessions in one browser; null while it is the only one. */
  browser: SessionId | null
  created_at: number
  last_used_at: number
  expires_at: number
}

interface SessionParticipantTable {
  org_id: OrganizationId
  session: SessionId
  client_id: string
}

/** Tickets that were used, until they would have expired. */
interface AdoptedTicketTable {
  org_id: OrganizationId
  id: string
  expires_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    session: SessionTable
    session_participant: SessionParticipantTable
    adopted_ticket: AdoptedTicketTable
  }
}

export const sessionMigrations: readonly Migration[] = [
  {
    id: 'session-0001-create',
    async up(db) {
      await db.schema
        .createTable('session')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('account', column.text, (c) => c.notNull())
        .addColumn('started_by', column.text, (c) => c.notNull())
        .addColumn('secret_hash', column.text, (c) => c.notNull().unique())
        .addColumn('isk_hash', column.text, (c) => c.notNull().unique())
        .addColumn('factors', column.json, (c) => c.notNull())
        .addColumn('user_agent', column.text)
        .addColumn('address', column.text)
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('last_used_at', column.time, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('session_account').on('session').columns(['org_id', 'account']).execute()
      await db.schema
        .createTable('session_participant')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('session', column.text, (c) => c.notNull())
        .addColumn('client_id', column.text, (c) => c.notNull())
        .addPrimaryKeyConstraint('session_participant_pk', ['session', 'client_id'])
        .execute()
      await db.schema
        .createTable('adopted_ticket')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'session-0002-browser',
    async up(db) {
      await db.schema.alterTable('session').addColumn('browser', column.text).execute()
      const shared = db.schema.createIndex('session_browser').on('session').columns(['org_id', 'browser'])
      await shared.where(sql`browser`, 'is not', null).execute()
    },
  },
]

const columns = [
  'session.org_id as session_org',
  'session.id as session_id',
  'session.account as session_account',
  'session.started_by as session_started_by',
  'session.isk_hash as session_isk_hash',
  'session.factors as session_factors',
  'session.user_agent as session_user_agent',
  'session.address as session_address',
  'session.created_at as session_created_at',
  'session.last_used_at as session_last_used_at',
  'session.expires_at as session_expires_at',
  'session.browser as session_browser',
] as const

/** A session that has not ended, with its account, which is not disabled; the time is the caller's to judge. */
const live = (db: Kysely<Tables>) =>
  db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account')
    .leftJoin('factor', (join) =>
      join.onRef('factor.org_id', '=', 'account.org_id').onRef('factor.account', '=', 'account.id'),
    )
    .select(columns)
    .selectAll('account')
    .select(factorColumns)
    .where('account.status', '=', 'active')
    .orderBy('factor.created_at')

const bySecretHash = across<{ hash: string }>('find the session of a cookie')((db, p) =>
  live(db).where('session.secret_hash', '=', p('hash')),
)
const byIskHash = across<{ hash: string }>('find the session of an isk')((db, p) =>
  live(db).where('session.isk_hash', '=', p('hash')),
)

type LiveRow = Awaited<ReturnType<ReturnType<typeof live>['execute']>>[number]

function toLiveSession(rows: readonly LiveRow[]): LiveSession | undefined {
  const [row] = rows
  if (!row) return undefined
  const session = toSession({
    org_id: row.session_org,
    id: row.session_id,
    account: row.session_account,
    started_by: row.session_started_by,
    isk_hash: row.session_isk_hash,
    factors: row.session_factors,
    user_agent: row.session_user_agent,
    address: row.session_address,
    created_at: row.session_created_at,
    last_used_at: row.session_last_used_at,
    expires_at: row.session_expires_at,
    browser: row.session_browser,
  })
  return { ...session, owner: joinedAccount(rows, row) }
}

export async function findBySecretHash(queries: Queries, hash: string): Promise<LiveSession | undefined> {
  return toLiveSession(await queries.run(bySecretHash, { hash }))
}

export async function findByIskHash(queries: Queries, hash: string): Promise<LiveSession | undefined> {
  return toLiveSession(await queries.run(byIskHash, { hash }))
}

export async function findSession(queries: Queries, org: OrganizationId, id: SessionId): Promise<Session | undefined> {
  const row = await queries.in(org).selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toSession(row)
}

export async function listSessions(queries: Queries, org: OrganizationId, account: AccountId): Promise<Session[]> {
  const rows = await queries
    .in(org)
    .selectFrom('session')
    .selectAll()
    .where('account', '=', account)
    .orderBy('last_used_at', 'desc')
    .execute()
  return rows.map(toSession)
}

const insert = inOrganization<Omit<SessionTable, 'browser'>>()((db, p) =>
  db.insertInto('session').values({
    org_id: p('org_id'),
    id: p('id'),
    account: p('account'),
    started_by: p('started_by'),
    secret_hash: p('secret_hash'),
    isk_hash: p('isk_hash'),
    factors: p('factors'),
    user_agent: p('user_agent'),
    address: p('address'),
    created_at: p('created_at'),
    last_used_at: p('last_used_at'),
    expires_at: p('expires_at'),
  }),
)

export async function insertSession(unit: Unit, session: Session, secretHash: string): Promise<void> {
  await unit.run(insert, {
    org_id: session.org,
    id: session.id,
    account: session.account,
    started_by: session.startedBy,
    secret_hash: secretHash,
    isk_hash: session.iskHash,
    factors: JSON.stringify(session.factors),
    user_agent: session.userAgent ?? null,
    address: session.address ?? null,
    created_at: session.createdAt,
    last_used_at: session.lastUsedAt,
    expires_at: session.expiresAt,
  })
}

/** Replaces factors and the cookie's secret; `undefined` when the session is gone. */
export async function renewSession(
  unit: Unit,
  org: OrganizationId,
  id: SessionId,
  change: { readonly factors?: readonly ProvenFactor[]; readonly secretHash: string; readonly at: number },
): Promise<Session | undefined> {
  const row = await unit
    .in(org)
    .updateTable('session')
    .set({
      secret_hash: change.secretHash,
      last_used_at: change.at,
      ...(change.factors ? { factors: JSON.stringify(change.factors) } : {}),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  return row && toSession(row)
}

export async function touchSession(unit: Unit, session: Session, at: number): Promise<void> {
  await unit
    .in(session.org)
    .updateTable('session')
    .set({ last_used_at: at })
    .where('id', '=', session.id)
    .where('last_used_at', '<', at)
    .execute()
}

export async function insertParticipant(unit: Unit, session: Session, clientId: string): Promise<void> {
  await unit
    .in(session.org)
    .insertInto('session_participant')
    .values({ org_id: session.org, session: session.id, client_id: clientId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function listParticipants(queries: Queries, org: OrganizationId, id: SessionId): Promise<string[]> {
  const rows = await queries
    .in(org)
    .selectFrom('session_participant')
    .select('client_id')
    .where('session', '=', id)
    .execute()
  return rows.map((row) => row.client_id)
}

/** Deletes the session and gives what took part in it; `undefined` when somebody else ended it. */
export async function deleteSession(
  unit: Unit,
  org: OrganizationId,
  id: SessionId,
): Promise<
  | { readonly account: AccountId; readonly participants: readonly string[]; readonly browser: SessionId | undefined }
  | undefined
> {
  const row = await unit
    .in(org)
    .deleteFrom('session')
    .where('id', '=', id)
    .returning(['account', 'started_by', 'browser'])
    .executeTakeFirst()
  if (!row) return undefined
  const gone = await unit
    .in(org)
    .deleteFrom('session_participant')
    .where('session', '=', id)
    .returning('client_id')
    .execute()
  return {
    account: row.account,
    participants: [row.started_by, ...gone.map((one) => one.client_id)],
    browser: row.browser ?? undefined,
  }
}

/** Puts a session beside another that the same browser has. */
export async function joinBrowser(unit: Unit, session: Session, beside: SessionId): Promise<void> {
  const row = await unit
    .in(session.org)
    .updateTable('session')
    .set({ browser: sql<SessionId>`coalesce(browser, id)` })
    .where('id', '=', beside)
    .where('account', '=', session.account)
    .returning('browser')
    .executeTakeFirst()
  if (!row) return
  const { browser } = row
  await unit.in(session.org).updateTable('session').set({ browser }).where('id', '=', session.id).execute()
}

export async function listBrowser(unit: Unit, org: OrganizationId, browser: SessionId): Promise<SessionId[]> {
  const rows = await unit.in(org).selectFrom('session').select('id').where('browser', '=', browser).execute()
  return rows.map((row) => row.id)
}

/** Sessions past their absolute or idle end. */
export async function endedByTime(
  queries: Queries,
  now: number,
  idleSince: number,
): Promise<readonly { readonly org_id: OrganizationId; readonly id: SessionId }[]> {
  return queries
    .across('end sessions whose time is over')
    .selectFrom('session')
    .select(['org_id', 'id'])
    .where((where) => where.or([where('expires_at', '<=', now), where('last_used_at', '<=', idleSince)]))
    .limit(500)
    .execute()
}

/** `true` for exactly one caller. */
export async function consumeTicket(unit: Unit, org: OrganizationId, id: string, expiresAt: number): Promise<boolean> {
  const row = await unit
    .in(org)
    .insertInto('adopted_ticket')
    .values({ org_id: org, id, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export function deleteOldTickets(unit: Unit, now: number, limit: number) {
  return unit
    .across('forget tickets that have expired')
    .deleteFrom('adopted_ticket')
    .where('id', 'in', (eb) =>
      eb.selectFrom('adopted_ticket').select('id').where('expires_at', '<', now).orderBy('expires_at').limit(limit),
    )
    .returning('id')
    .execute()
}

function toSession(row: Omit<Selectable<SessionTable>, 'secret_hash'>): Session {
  return {
    id: row.id,
    org: row.org_id,
    account: row.account,
    startedBy: row.started_by,
    factors: JSON.parse(row.factors),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    userAgent: row.user_agent ?? undefined,
    address: row.address ?? undefined,
    iskHash: row.isk_hash,
    browser: row.browser ?? undefined,
  }
}
