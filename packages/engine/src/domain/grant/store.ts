import type { AccountId, ClientId, GrantId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'
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
]

export type NewGrant = Pick<
  AccessGrantTable,
  'code_hash' | 'code_challenge' | 'code_expires_at' | 'redirect_uri' | 'tokens_until'
>

export async function insertGrant(unit: Unit, grant: Grant, code: NewGrant): Promise<void> {
  await unit
    .in(grant.org)
    .insertInto('access_grant')
    .values({
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
      revoked_at: null,
      code_used_at: null,
      refresh_hash: null,
      refreshed_at: null,
      previous_hash: null,
      successor_sealed: null,
      ...code,
    })
    .execute()
}

/** The grant of an unused code, for the first caller of this client with the right proof only; `change` is written with it. */
export async function consumeCode(
  queries: Queries,
  id: GrantId,
  codeHash: string,
  client: ClientId,
  proof: { readonly challenge: string | null; readonly redirectUri: string | undefined; readonly now: number },
  change: { readonly code_used_at: number; readonly refresh_hash: string | null; readonly tokens_until: number },
): Promise<AccessGrantTable | undefined> {
  const { challenge, redirectUri, now } = proof
  return (
    queries
      .across('redeem a code, which names its organization by itself')
      .updateTable('access_grant')
      .set(change)
      .where('id', '=', id)
      .where('code_hash', '=', codeHash)
      .where('client', '=', client)
      .where('code_used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('code_expires_at', '>', now)
      // Also refuses a verifier without a challenge (RFC 9700 §2.1.1, downgrade).
      .where('code_challenge', challenge === null ? 'is' : '=', challenge)
      // OAuth 2.1 has no redirect_uri here, since PKCE binds the code; given, it must be the same (RFC 6749 §4.1.3).
      .$if(redirectUri === undefined, (query) => query.where('code_challenge', 'is not', null))
      .$if(redirectUri !== undefined, (query) => query.where('redirect_uri', '=', redirectUri ?? ''))
      .returningAll()
      .executeTakeFirst()
  )
}

/** Puts the successor in the place of a refresh token, for the first caller with that token only. */
export async function rotateRefreshToken(
  queries: Queries,
  id: GrantId,
  client: ClientId,
  presentedHash: string,
  change: {
    readonly refresh_hash: string
    readonly successor_sealed: string | null
    readonly refreshed_at: number
    readonly tokens_until: number
  },
): Promise<AccessGrantTable | undefined> {
  return queries
    .across('rotate a refresh token, which names its grant by itself')
    .updateTable('access_grant')
    .set({ ...change, previous_hash: presentedHash })
    .where('id', '=', id)
    .where('client', '=', client)
    .where('refresh_hash', '=', presentedHash)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', change.refreshed_at)
    .returningAll()
    .executeTakeFirst()
}

export async function findGrant(queries: Queries, id: GrantId): Promise<AccessGrantTable | undefined> {
  return queries
    .across('find the grant that a token names')
    .selectFrom('access_grant')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
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

/** Deletes grants whose last token has expired. */
export async function forgetGrants(unit: Unit, now: number): Promise<void> {
  await unit
    .across('forget grants that have ended')
    .deleteFrom('access_grant')
    .where('expires_at', '<', now)
    .where('tokens_until', '<', now)
    .execute()
}

export function toGrant(row: AccessGrantTable): Grant {
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
