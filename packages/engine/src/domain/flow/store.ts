import { hash } from 'node:crypto'
import type { AccountId, ClientId, FlowId, OrganizationId } from '@cardea/protocol'
import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { across, column, inOrganization } from '../../kernel/store/index.ts'
import type { FlowRecord, Pending } from './flow.ts'

interface FlowTable {
  org_id: OrganizationId
  /** SHA-256 of the handle. */
  id_hash: string
  client: ClientId
  /** Whom it is about so far, to end it with the account's sessions. */
  account: AccountId | null
  version: number
  attempts: number
  status: FlowRecord['status']
  /** An answer is being judged until then; others are refused. */
  busy_until: number
  /** JSON: what no query asks for. */
  record: string
  /** Sealed JSON: a challenge, a code's hash, a seed to enrol. */
  pending: string | null
  created_at: number
  expires_at: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    flow: FlowTable
  }
}

export const flowMigrations: readonly Migration[] = [
  {
    id: 'flow-0001-create',
    async up(db) {
      await db.schema
        .createTable('flow')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id_hash', column.text, (c) => c.primaryKey())
        .addColumn('client', column.text, (c) => c.notNull())
        .addColumn('version', column.integer, (c) => c.notNull())
        .addColumn('attempts', column.integer, (c) => c.notNull())
        .addColumn('status', column.text, (c) => c.notNull())
        .addColumn('busy_until', column.time, (c) => c.notNull())
        .addColumn('record', column.json, (c) => c.notNull())
        .addColumn('pending', column.text)
        .addColumn('created_at', column.time, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('flow_expires').on('flow').column('expires_at').execute()
    },
  },
  {
    id: 'flow-0002-account',
    async up(db) {
      await db.schema.alterTable('flow').addColumn('account', column.text).execute()
      const known = db.schema.createIndex('flow_account').on('flow').columns(['org_id', 'account'])
      await known.where(sql`account`, 'is not', null).execute()
    },
  },
]

/** A judgement takes no longer; after a crash in the middle the flow can be answered again. */
const judging = 20_000

const hashOf = (id: FlowId): string => hash('sha256', id, 'base64url')

type Sealing = Pick<Kernel, 'seal' | 'open'>

const byHandle = across<{ id_hash: string }>('find a flow by its handle')((db, p) =>
  db.selectFrom('flow').selectAll().where('id_hash', '=', p('id_hash')),
)

export async function readFlow(queries: Queries, sealing: Sealing, id: FlowId): Promise<FlowRecord | undefined> {
  const hash = hashOf(id)
  const [row] = await queries.run(byHandle, { id_hash: hash })
  if (!row) return undefined
  const pending: Pending | undefined = row.pending ? JSON.parse(await sealing.open(row.pending, hash)) : undefined
  return toRecord(row, id, pending)
}

const insert = inOrganization<Omit<FlowTable, 'busy_until'>>()((db, p) =>
  db.insertInto('flow').values({
    org_id: p('org_id'),
    id_hash: p('id_hash'),
    client: p('client'),
    account: p('account'),
    version: p('version'),
    attempts: p('attempts'),
    status: p('status'),
    busy_until: 0,
    record: p('record'),
    pending: p('pending'),
    created_at: p('created_at'),
    expires_at: p('expires_at'),
  }),
)

export async function insertFlow(unit: Unit, sealing: Sealing, flow: FlowRecord): Promise<void> {
  await unit.run(insert, {
    org_id: flow.org,
    id_hash: hashOf(flow.id),
    client: flow.client,
    account: flow.account ?? null,
    version: flow.version,
    attempts: flow.attempts,
    status: flow.status,
    ...(await content(sealing, flow)),
    created_at: flow.createdAt,
    expires_at: flow.expiresAt,
  })
}

type At = Pick<FlowTable, 'org_id' | 'id_hash' | 'version'>

const claim = inOrganization<At & Pick<FlowTable, 'account'> & { readonly now: number; readonly until: number }>()(
  (db, p) =>
    db
      .updateTable('flow')
      .set((flow) => ({
        account: p('account'),
        version: flow('version', '+', 1),
        attempts: flow('attempts', '+', 1),
        busy_until: p('until'),
      }))
      .where('id_hash', '=', p('id_hash'))
      .where('version', '=', p('version'))
      .where('status', '=', 'open')
      .where('busy_until', '<=', p('now'))
      .returning('version'),
)

/**
 * Takes the version and counts the attempt, before anything is judged: of parallel answers one gets `true`. Says whom
 * the answer is about, so that `failFlowsOf` reaches it while it is being judged.
 */
export async function claimAnswer(
  unit: Unit,
  flow: FlowRecord,
  { account = flow.account, now }: { readonly account?: AccountId | undefined; readonly now: number },
): Promise<boolean> {
  const [row] = await unit.run(claim, {
    org_id: flow.org,
    id_hash: hashOf(flow.id),
    version: flow.version,
    account: account ?? null,
    now,
    until: now + judging,
  })
  return row !== undefined
}

/** Gives a claim back: the answer could not be judged. */
export async function releaseAnswer(unit: Unit, flow: FlowRecord): Promise<void> {
  await unit
    .in(flow.org)
    .updateTable('flow')
    .set({ version: flow.version, attempts: flow.attempts, busy_until: 0 })
    .where('id_hash', '=', hashOf(flow.id))
    .where('version', '=', flow.version + 1)
    .where('status', '=', 'open')
    .execute()
}

const save = inOrganization<
  At & Pick<FlowTable, 'account' | 'status' | 'record' | 'pending'> & { readonly next: number; readonly free: number }
>()((db, p) =>
  db
    .updateTable('flow')
    .set({
      account: p('account'),
      version: p('next'),
      status: p('status'),
      busy_until: 0,
      record: p('record'),
      pending: p('pending'),
    })
    .where('id_hash', '=', p('id_hash'))
    .where('version', '=', p('version'))
    .where('status', '=', 'open')
    .where('busy_until', '<=', p('free'))
    .returning('version'),
)

/**
 * Writes the record over the version it was read or claimed at; `false` when somebody else was first. A record
 * that is saved as `completed` or `failed` is never written again.
 */
export async function saveFlow(
  unit: Unit,
  sealing: Sealing,
  flow: FlowRecord,
  over: { readonly version: number; readonly claimed: boolean; readonly now: number },
): Promise<boolean> {
  const [row] = await unit.run(save, {
    org_id: flow.org,
    id_hash: hashOf(flow.id),
    version: over.version,
    // Its own claim still holds it; anybody else's must be over.
    free: over.claimed ? Number.MAX_SAFE_INTEGER : over.now,
    next: flow.version,
    account: flow.account ?? null,
    status: flow.status,
    ...(await content(sealing, flow)),
  })
  return row !== undefined
}

/** Nobody goes on with them: also not an answer that is being judged, since `saveFlow` finds them closed. */
export async function failFlowsOf(unit: Unit, org: OrganizationId, account: AccountId): Promise<void> {
  await unit
    .in(org)
    .updateTable('flow')
    .set({ status: 'failed' })
    .where('account', '=', account)
    .where('status', '=', 'open')
    .execute()
}

export function deleteExpiredFlows(unit: Unit, now: number, limit: number) {
  return unit
    .across('remove flows that have expired')
    .deleteFrom('flow')
    .where('id_hash', 'in', (eb) =>
      eb.selectFrom('flow').select('id_hash').where('expires_at', '<', now).orderBy('expires_at').limit(limit),
    )
    .returning('id_hash')
    .execute()
}

type Kept = Omit<
  FlowRecord,
  'id' | 'org' | 'client' | 'pending' | 'version' | 'attempts' | 'status' | 'createdAt' | 'expiresAt'
>

async function content(sealing: Sealing, flow: FlowRecord) {
  const { id, org, client, pending, version, attempts, status, createdAt, expiresAt, ...kept } = flow
  return {
    record: JSON.stringify(kept satisfies Kept),
    pending: pending ? await sealing.seal(JSON.stringify(pending), hashOf(id)) : null,
  }
}

function toRecord(row: Selectable<FlowTable>, id: FlowId, pending: Pending | undefined): FlowRecord {
  // JSON leaves out what is undefined, and reading it gives undefined again.
  const kept: Kept = JSON.parse(row.record)
  return {
    ...kept,
    id,
    org: row.org_id,
    client: row.client,
    pending,
    version: row.version,
    attempts: row.attempts,
    status: row.status,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
