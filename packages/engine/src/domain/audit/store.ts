import type { OrganizationId } from '@cardea/protocol'
import type { Migration, Numbered, Parameter, Queries, Unit } from '../../kernel/store/index.ts'
import { column, inOrganization, numbered } from '../../kernel/store/index.ts'
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

/** The end of the chain, locked until the unit is over: there is one writer of a chain at a time. */
export async function lockHead(unit: Unit, org: OrganizationId): Promise<AuditHeadTable> {
  await unit
    .in(org)
    .insertInto('audit_head')
    .values({ org_id: org, sequence: 0, hash: '', seal: '', start_sequence: 0, start_hash: '', start_seal: '' })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return unit
    .in(org)
    .updateTable('audit_head')
    .set((eb) => ({ sequence: eb.ref('sequence') }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findHead(queries: Queries, org: OrganizationId): Promise<AuditHeadTable | undefined> {
  return queries.in(org).selectFrom('audit_head').selectAll().executeTakeFirst()
}

export async function writtenAmong(unit: Unit, ids: readonly AuditEntry['id'][]) {
  const rows = await unit
    .across('find entries by the ids of their events, which are unique')
    .selectFrom('audit_entry')
    .select('id')
    .where('id', 'in', ids)
    .execute()
  return new Set(rows.map((row) => row.id))
}

type Entries = Numbered<AuditEntryTable> & Pick<AuditEntryTable, 'org_id'>

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
    sequence: p(`sequence_${index}`),
    id: p(`id_${index}`),
    type: p(`type_${index}`),
    at: p(`at_${index}`),
    actor_type: p(`actor_type_${index}`),
    actor_id: p(`actor_id_${index}`),
    target: p(`target_${index}`),
    session: p(`session_${index}`),
    data: p(`data_${index}`),
    origin: p(`origin_${index}`),
    subject: p(`subject_${index}`),
    previous: p(`previous_${index}`),
    hash: p(`hash_${index}`),
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
    await unit.run(insertChunk, { ...numbered(rows.slice(start, start + chunk)), org_id: org })
  }
  for (const row of rows.slice(whole)) await unit.run(insertOne, { ...numbered([row]), org_id: org })
  await unit.in(org).updateTable('audit_head').set(end).execute()
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
