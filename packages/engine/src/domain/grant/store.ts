import type { AccountId, ClientId, GrantId, OrganizationId, SessionId } from '@cardea/protocol'
import type { ExpressionBuilder, Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration, Parameter, Queries, Tables, Unit } from '../../kernel/store/index.ts'
import { across, column, inOrganization } from '../../kernel/store/index.ts'
import type { Grant } from './grant.ts'

/** A grant with its one-time code and the newest of its refresh tokens: each step of its life is one update. */
export interface AccessGrantTable {
  org_id: OrganizationId
  id: GrantId
  client: ClientId
  client_id: string
  account: AccountId
  session: SessionId | null
  /** JSON lists and objects. */
  scope: string
  resource: string
  claims: string | null
  factors: string
  nonce: string | null
  offline: number
  created_at: number
  expires_at: number
  revoked_at: number | null
  /** When the last access token of it expires: so long must a revocation be remembered. */
  tokens_until: number
  /** SHA-256 of the code; `code_used_at` is set once. */
  code_hash: string | null
  code_challenge: string | null
  code_expires_at: number
  code_used_at: number | null
  redirect_uri: string
  /** SHA-256 of the refresh token that is good now. */
  refresh_hash: string | null
  refreshed_at: number | null
  /** SHA-256 of the one before it, and its successor sealed under that one. */
  previous_hash: string | null
  successor_sealed: string | null
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    access_grant: AccessGrantTable
  }
}

export const grantMigrations: readonly Migration[] = [
  {
    id: 'grant-0001-create',
    async up(db) {
      await db.schema
        .createTable('access_grant')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('client', column.text, (c) => c.notNull())
        .addColumn('client_id', column.text, (c) => c.notNull())
        .addColumn('account', column.text, (c) => c.notNull())
        .addColumn('session', column.text)
        .addColumn('scope', column.json, (c) => c.notNull())
        .addColumn('resource', column.json, (c) => c.notNull())
        .addColumn('claims', column.json)
        .addColumn('factors', column.json, (c) => c.notNull())
        .addColumn('nonce', column.text)
        .addColumn('offline', column.flag, (c) => c.notNull())
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .addColumn('revoked_at', column.time)
        .addColumn('tokens_until', column.time, (c) => c.notNull())
        .addColumn('code_hash', column.text)
        .addColumn('code_challenge', column.text)
        .addColumn('code_expires_at', column.time, (c) => c.notNull())
        .addColumn('code_used_at', column.time)
        .addColumn('redirect_uri', column.text, (c) => c.notNull())
        .addColumn('refresh_hash', column.text)
        .addColumn('refreshed_at', column.time)
        .addColumn('previous_hash', column.text)
        .addColumn('successor_sealed', column.text)
        .execute()
      await db.schema
        .createIndex('access_grant_by_account')
        .on('access_grant')
        .columns(['org_id', 'account', 'client'])
        .execute()
      await db.schema.createIndex('access_grant_by_session').on('access_grant').column('session').execute()
      await db.schema.createIndex('access_grant_by_client').on('access_grant').column('client').execute()
      await db.schema.createIndex('access_grant_by_end').on('access_grant').column('expires_at').execute()
    },
  },
  {
    id: 'grant-0002-client-index',
    async up(db) {
      // A grant is looked for by id and client: while PostgreSQL has no statistics it takes either index, and both find one row.
      await db.schema.dropIndex('access_grant_by_client').execute()
      await db.schema.createIndex('access_grant_by_client').on('access_grant').columns(['client', 'id']).execute()
    },
  },
]

export type NewGrant = Pick<
  AccessGrantTable,
  'code_hash' | 'code_challenge' | 'code_expires_at' | 'redirect_uri' | 'tokens_until'
>

type Inserted = Omit<
  AccessGrantTable,
  'revoked_at' | 'code_used_at' | 'refresh_hash' | 'refreshed_at' | 'previous_hash' | 'successor_sealed'
>

const insert = inOrganization<Inserted>()((db, p) =>
  db.insertInto('access_grant').values({
    org_id: p('org_id'),
    id: p('id'),
    client: p('client'),
    client_id: p('client_id'),
    account: p('account'),
    session: p('session'),
    scope: p('scope'),
    resource: p('resource'),
    claims: p('claims'),
    factors: p('factors'),
    nonce: p('nonce'),
    offline: p('offline'),
    created_at: p('created_at'),
    expires_at: p('expires_at'),
    tokens_until: p('tokens_until'),
    code_hash: p('code_hash'),
    code_challenge: p('code_challenge'),
    code_expires_at: p('code_expires_at'),
    redirect_uri: p('redirect_uri'),
  }),
)

export async function insertGrant(unit: Unit, grant: Grant, code: NewGrant): Promise<void> {
  await unit.run(insert, {
    org_id: grant.org,
    id: grant.id,
    client: grant.client,
    client_id: grant.clientId,
    account: grant.account,
    session: grant.session ?? null,
    scope: JSON.stringify(grant.scope),
    resource: JSON.stringify(grant.resource),
    claims: grant.claims ? JSON.stringify(grant.claims) : null,
    factors: JSON.stringify(grant.factors),
    nonce: grant.nonce ?? null,
    offline: grant.offline ? 1 : 0,
    created_at: grant.createdAt,
    expires_at: grant.expiresAt,
    ...code,
  })
}

/** The columns of a `Grant`; the others are about its code and its refresh tokens. */
const ofGrant = [
  'id',
  'org_id',
  'client',
  'client_id',
  'account',
  'session',
  'scope',
  'resource',
  'claims',
  'nonce',
  'factors',
  'offline',
  'expires_at',
  'created_at',
] as const satisfies readonly (keyof AccessGrantTable)[]

/** What a client brings to redeem a code, and what the grant becomes with it. */
interface Redeemed {
  readonly id: GrantId
  readonly code_hash: string
  readonly client: ClientId
  readonly code_challenge: string | null
  readonly now: number
  readonly refresh_hash: string | null
  readonly tokens_until: number
}

/** Of an account that is not disabled. As a value, not a join: PostgreSQL would read all accounts while it knows nothing of their number. */
const ofActive = (grant: ExpressionBuilder<Tables, 'access_grant'>) =>
  grant(
    grant.selectFrom('account').select('account.status').whereRef('account.id', '=', 'access_grant.account'),
    '=',
    'active',
  )

/** Of a session that has not ended, or of none: a code can be written while its session ends, after all grants of that were revoked. */
const ofLiveSession = (grant: ExpressionBuilder<Tables, 'access_grant'>) =>
  grant.or([
    grant('access_grant.session', 'is', null),
    grant(
      grant.selectFrom('session').select('session.id').whereRef('session.id', '=', 'access_grant.session'),
      'is not',
      null,
    ),
  ])

const redeeming = 'redeem a code, which names its organization by itself'
const redeemed = (db: Kysely<Tables>, p: Parameter<Redeemed>) =>
  db
    .updateTable('access_grant')
    .set({ code_used_at: p('now'), refresh_hash: p('refresh_hash'), tokens_until: p('tokens_until') })
    .where('id', '=', p('id'))
    .where('code_hash', '=', p('code_hash'))
    .where('client', '=', p('client'))
    .where('code_used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('code_expires_at', '>', p('now'))
    // Also refuses a verifier without a challenge (RFC 9700 §2.1.1, downgrade).
    .where('code_challenge', 'is not distinct from', p('code_challenge'))
    .where(ofActive)
    .where(ofLiveSession)
    .returning(ofGrant)
// OAuth 2.1 has no redirect_uri here, since PKCE binds the code; given, it must be the same (RFC 6749 §4.1.3).
const byProof = (db: Kysely<Tables>, p: Parameter<Redeemed>) => redeemed(db, p).where('code_challenge', 'is not', null)
type AtAddress = Redeemed & { readonly redirect_uri: string }
const atAddress = (db: Kysely<Tables>, p: Parameter<AtAddress>) =>
  redeemed(db, p).where('redirect_uri', '=', p('redirect_uri'))
type ForResource = { readonly resource: string }
const redeemByProof = across<Redeemed>(redeeming)(byProof)
const redeemByProofFor = across<Redeemed & ForResource>(redeeming)((db, p) =>
  byProof(db, p).where('resource', '=', p('resource')),
)
const redeemAtAddress = across<AtAddress>(redeeming)(atAddress)
const redeemAtAddressFor = across<AtAddress & ForResource>(redeeming)((db, p) =>
  atAddress(db, p).where('resource', '=', p('resource')),
)

/** The grant of an unused code, for the first caller of this client with the right proof only; of one for exactly `resource`, if given. */
export async function consumeCode(
  queries: Queries,
  given: Redeemed & { readonly redirect_uri: string | undefined },
  resource: readonly string[] | undefined,
): Promise<Grant | undefined> {
  const { redirect_uri: redirectUri, ...proof } = given
  const asked = resource && { resource: JSON.stringify(resource) }
  const at = redirectUri === undefined ? undefined : { ...proof, redirect_uri: redirectUri }
  const run = () => {
    if (at) return asked ? queries.run(redeemAtAddressFor, { ...at, ...asked }) : queries.run(redeemAtAddress, at)
    return asked ? queries.run(redeemByProofFor, { ...proof, ...asked }) : queries.run(redeemByProof, proof)
  }
  const [row] = await run()
  return row && toGrant(row)
}

interface Rotated {
  readonly id: GrantId
  readonly client: ClientId
  readonly presented_hash: string
  readonly refresh_hash: string
  readonly successor_sealed: string | null
  readonly now: number
  readonly tokens_until: number
}

const rotating = 'rotate a refresh token, which names its grant by itself'
const rotated = (db: Kysely<Tables>, p: Parameter<Rotated>) =>
  db
    .updateTable('access_grant')
    .set({
      refresh_hash: p('refresh_hash'),
      successor_sealed: p('successor_sealed'),
      refreshed_at: p('now'),
      // A token that lives longer may be out there: what is revoked must stay denied until then.
      tokens_until: sql<number>`case when tokens_until > ${p('tokens_until')} then tokens_until else ${p('tokens_until')} end`,
      previous_hash: p('presented_hash'),
    })
    .where('id', '=', p('id'))
    .where('client', '=', p('client'))
    .where('refresh_hash', '=', p('presented_hash'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', p('now'))
    .where(ofActive)
    .returning(ofGrant)
const rotate = across<Rotated>(rotating)(rotated)
const rotateFor = across<Rotated & { readonly resource: string }>(rotating)((db, p) =>
  rotated(db, p).where('resource', '=', p('resource')),
)

/** Puts the successor in the place of a refresh token, for the first caller with that token only; of a grant for exactly `resource`, if given. */
export async function rotateRefreshToken(
  queries: Queries,
  change: Rotated,
  resource: readonly string[] | undefined,
): Promise<Grant | undefined> {
  const [row] = resource
    ? await queries.run(rotateFor, { ...change, resource: JSON.stringify(resource) })
    : await queries.run(rotate, change)
  return row && toGrant(row)
}

const byId = across<{ id: GrantId }>('find the grant that a token names')((db, p) =>
  db.selectFrom('access_grant').selectAll().where('id', '=', p('id')),
)

export async function findGrant(queries: Queries, id: GrantId): Promise<AccessGrantTable | undefined> {
  const [row] = await queries.run(byId, { id })
  return row
}

/** Remembers that a token of the grant lives longer than was known. */
export async function extendTokens(unit: Unit, { org, id }: Pick<Grant, 'org' | 'id'>, until: number): Promise<void> {
  await unit
    .in(org)
    .updateTable('access_grant')
    .set({ tokens_until: until })
    .where('id', '=', id)
    .where('tokens_until', '<', until)
    .execute()
}

/** Which grants to revoke. */
export interface GrantFilter {
  readonly id?: GrantId
  readonly account?: AccountId
  readonly client?: ClientId
  readonly session?: SessionId
  readonly exceptSession?: SessionId | undefined
  /** Leaves those that outlive their session. */
  readonly bound?: boolean
}

/** Revokes the live ones; each is returned to one caller only. */
export async function revokeGrants(unit: Unit, org: OrganizationId, filter: GrantFilter, now: number) {
  const { id, account, client, session, exceptSession, bound } = filter
  return unit
    .in(org)
    .updateTable('access_grant')
    .set({ revoked_at: now })
    .where('revoked_at', 'is', null)
    .$if(id !== undefined, (query) => query.where('id', '=', id as GrantId))
    .$if(account !== undefined, (query) => query.where('account', '=', account as AccountId))
    .$if(client !== undefined, (query) => query.where('client', '=', client as ClientId))
    .$if(session !== undefined, (query) => query.where('session', '=', session as SessionId))
    .$if(exceptSession !== undefined, (query) =>
      query.where((eb) => eb.or([eb('session', 'is', null), eb('session', '!=', exceptSession as SessionId)])),
    )
    .$if(bound === true, (query) => query.where('offline', '=', 0))
    .returning(['id', 'client_id', 'account', 'tokens_until'])
    .execute()
}

/** Every organization that has live grants of a client. */
export async function organizationsOf(queries: Queries, client: ClientId): Promise<readonly OrganizationId[]> {
  const rows = await queries
    .across('find whose grants an app holds')
    .selectFrom('access_grant')
    .select('org_id')
    .distinct()
    .where('client', '=', client)
    .where('revoked_at', 'is', null)
    .execute()
  return rows.map((row) => row.org_id)
}

export function toGrant(row: Pick<AccessGrantTable, (typeof ofGrant)[number]>): Grant {
  return {
    id: row.id,
    org: row.org_id,
    client: row.client,
    clientId: row.client_id,
    account: row.account,
    session: row.session ?? undefined,
    scope: JSON.parse(row.scope),
    resource: JSON.parse(row.resource),
    claims: row.claims === null ? undefined : JSON.parse(row.claims),
    nonce: row.nonce ?? undefined,
    factors: JSON.parse(row.factors),
    offline: row.offline === 1,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  }
}
