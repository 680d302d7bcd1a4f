import type { OrganizationId } from '@cardea/protocol'
import type { Migration, Parameter, Queries, Unit } from '../../kernel/store/index.ts'
import { across, among, column, inOrganization } from '../../kernel/store/index.ts'
import type { Page } from '../page.ts'
import type { AuditEntry, AuditEntryTable } from './entry.ts'
import { toEntry } from './entry.ts'
import type { AuditQuery } from './index.ts'

/** Where an organization's chain ends, and after which entry its kept part starts. The seals are keyed: `seal.ts`. */
export interface AuditHeadTable {
  org_id: OrganizationId
  sequence: number
  hash: string
  seal: string
  /** 0 until a retention has deleted entries. */
  start_sequence: number
  start_hash: string
  start_seal: string
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    audit_entry: AuditEntryTable
    audit_head: AuditHeadTable
  }
}

export const auditMigrations: readonly Migration[] = [
  {
    id: 'audit-0001-chain',
    async up(db) {
      await db.schema
        .createTable('audit_entry')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('sequence', column.integer, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.notNull().unique())
        .addColumn('type', column.text, (c) => c.notNull())
        .addColumn('at', column.time, (c) => c.notNull())
        .addColumn('actor_type', column.text, (c) => c.notNull())
        .addColumn('actor_id', column.text)
        .addColumn('target', column.text)
        .addColumn('session', column.text)
        .addColumn('data', column.json)
        .addColumn('origin', column.json)
        .addColumn('subject', column.text)
        .addColumn('previous', column.text, (c) => c.notNull())
        .addColumn('hash', column.text, (c) => c.notNull())
        .addPrimaryKeyConstraint('audit_entry_pk', ['org_id', 'sequence'])
        .execute()
      for (const by of ['actor_id', 'target', 'subject'] as const) {
        const columns = ['org_id', by, 'sequence']
        await db.schema.createIndex(`audit_entry_${by}`).on('audit_entry').columns(columns).execute()
      }
      await db.schema
        .createTable('audit_head')
        .addColumn('org_id', column.text, (c) => c.primaryKey())
        .addColumn('sequence', column.integer, (c) => c.notNull())
        .addColumn('hash', column.text, (c) => c.notNull())
        .addColumn('seal', column.text, (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'audit-0002-start',
    async up(db) {
      const alter = () => db.schema.alterTable('audit_head')
      await alter()
        .addColumn('start_sequence', column.integer, (c) => c.notNull().defaultTo(0))
        .execute()
      for (const name of ['start_hash', 'start_seal'] as const)
        await alter()
          .addColumn(name, column.text, (c) => c.notNull().defaultTo(''))
          .execute()
    },
  },
]

type Owner = Pick<AuditHeadTable, 'org_id'>

const makeHead = inOrganization<Owner>()((db, p) =>
  db
    .insertInto('audit_head')
    .values({
      org_id: p('org_id'),
      sequence: 0,
      hash: '',
      seal: '',
      start_sequence: 0,
      start_hash: '',
      start_seal: '',
    })
    .onConflict((conflict) => conflict.doNothing()),
)
const touchHead = inOrganization<Owner>()((db) =>
  db
    .updateTable('audit_head')
    .set((eb) => ({ sequence: eb.ref('sequence') }))
    .returningAll(),
)
const moveHead = inOrganization<Owner & Pick<AuditHeadTable, 'sequence' | 'hash' | 'seal'>>()((db, p) =>
  db.updateTable('audit_head').set({ sequence: p('sequence'), hash: p('hash'), seal: p('seal') }),
)
const withIds = across<{ ids: string }>('find entries by the ids of their events, which are unique')((db, p, dialect) =>
  db
    .selectFrom('audit_entry')
    .select('id')
    .where((eb) => among(dialect, eb.ref('id'), p('ids'))),
)

/** The end of the chain, locked until the unit is over: there is one writer of a chain at a time. */
export async function lockHead(unit: Unit, org: OrganizationId): Promise<AuditHeadTable> {
  await unit.run(makeHead, { org_id: org })
  const [head] = await unit.run(touchHead, { org_id: org })
  if (!head) throw new Error('The end of an audit trail is missing.')
  return head
}

export async function findHead(queries: Queries, org: OrganizationId): Promise<AuditHeadTable | undefined> {
  return queries.in(org).selectFrom('audit_head').selectAll().executeTakeFirst()
}

export async function writtenAmong(unit: Unit, ids: readonly AuditEntry['id'][]) {
  const rows = await unit.run(withIds, { ids: JSON.stringify(ids) })
  return new Set(rows.map((row) => row.id))
}

interface Entries {
  readonly org_id: OrganizationId
  readonly rows: readonly AuditEntryTable[]
}

/** Rows of one statement. */
const chunk = 20

const insertOf = (count: number) =>
  inOrganization<Entries>()((db, p) =>
    db.insertInto('audit_entry').values(Array.from({ length: count }, (_, index) => entry(p, index))),
  )
const insertChunk = insertOf(chunk)
const insertOne = insertOf(1)

function entry(p: Parameter<Entries>, index: number) {
  return {
    org_id: p('org_id'),
    sequence: p.ofRow(index, 'sequence'),
    id: p.ofRow(index, 'id'),
    type: p.ofRow(index, 'type'),
    at: p.ofRow(index, 'at'),
    actor_type: p.ofRow(index, 'actor_type'),
    actor_id: p.ofRow(index, 'actor_id'),
    target: p.ofRow(index, 'target'),
    session: p.ofRow(index, 'session'),
    data: p.ofRow(index, 'data'),
    origin: p.ofRow(index, 'origin'),
    subject: p.ofRow(index, 'subject'),
    previous: p.ofRow(index, 'previous'),
    hash: p.ofRow(index, 'hash'),
  }
}

export async function insertEntries(
  unit: Unit,
  org: OrganizationId,
  end: Pick<AuditHeadTable, 'sequence' | 'hash' | 'seal'>,
  rows: readonly AuditEntryTable[],
): Promise<void> {
  const whole = rows.length - (rows.length % chunk)
  for (let start = 0; start < whole; start += chunk) {
    await unit.run(insertChunk, { rows: rows.slice(start, start + chunk), org_id: org })
  }
  for (const row of rows.slice(whole)) await unit.run(insertOne, { rows: [row], org_id: org })
  await unit.run(moveHead, { ...end, org_id: org })
}

export async function deleteThrough(
  unit: Unit,
  org: OrganizationId,
  start: Pick<AuditHeadTable, 'start_sequence' | 'start_hash' | 'start_seal'>,
): Promise<void> {
  await unit.in(org).deleteFrom('audit_entry').where('sequence', '<=', start.start_sequence).execute()
  await unit.in(org).updateTable('audit_head').set(start).execute()
}

export async function organizationsWithTrail(queries: Queries): Promise<OrganizationId[]> {
  const rows = await queries
    .across('keep every audit trail for the retention')
    .selectFrom('audit_head')
    .select('org_id')
    .execute()
  return rows.map((row) => row.org_id)
}

/** Up to `limit` rows after a place of the chain, in its order. */
export async function rowsAfter(queries: Queries, org: OrganizationId, sequence: number, limit: number) {
  return queries
    .in(org)
    .selectFrom('audit_entry')
    .selectAll()
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(limit)
    .execute()
}

/** Newest first. */
export async function listEntries(queries: Queries, org: OrganizationId, query: AuditQuery): Promise<Page<AuditEntry>> {
  const { limit, after, type, actor, target, session, subject, types, since, until } = query
  let select = queries.in(org).selectFrom('audit_entry').selectAll()
  if (after !== undefined) select = select.where('sequence', '<', Number(after))
  if (type !== undefined) select = select.where('type', '=', type)
  if (actor !== undefined) select = select.where('actor_id', '=', actor)
  if (target !== undefined) select = select.where('target', '=', target)
  if (session !== undefined) select = select.where('session', '=', session)
  if (subject !== undefined) select = select.where('subject', '=', subject)
  if (types !== undefined) select = select.where('type', 'in', types)
  if (since !== undefined) select = select.where('at', '>=', since)
  if (until !== undefined) select = select.where('at', '<', until)
  const rows = await select
    .orderBy('sequence', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit).map(toEntry)
  return { items, next: rows.length > limit ? String(items.at(-1)?.sequence) : undefined }
}
