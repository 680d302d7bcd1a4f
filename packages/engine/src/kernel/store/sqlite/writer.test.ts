import { readFileSync, statSync } from 'node:fs'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Migration } from '../migration.ts'
import { column } from '../migration.ts'
import { openStore } from '../open.ts'
import type { RunningUnit } from '../running-unit.ts'
import type { Store, Unit } from '../store.ts'
import { testStores } from '../testing.ts'
import type { SqliteConnection } from './connection.ts'
import { createWriter } from './writer.ts'

const families: Migration = {
  id: 'family-0001-create',
  async up(db) {
    await db.schema
      .createTable('person')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('parent', column.text, (c) => c.references('person.id'))
      .execute()
  },
}
type Families = { person: { org_id: string; id: string; parent: string | null } }

let file: string
let store: Store
let remove: () => Promise<void>
beforeEach(async () => {
  const sqlite = testStores().find(({ name }) => name === 'SQLite')
  if (!sqlite) throw new Error('no SQLite')
  const made = await sqlite.create()
  file = made.url
  remove = made.remove
  store = await openStore({ url: file, now: Date.now, migrations: [families] })
})
afterEach(async () => {
  await store.close()
  await remove()
})

const write = (unit: Unit, id: string, parent: string | null = null) =>
  unit.in('org_a').$extendTables<Families>().insertInto('person').values({ org_id: 'org_a', id, parent }).execute()
const ids = async () => {
  const rows = await store
    .in('org_a')
    .$extendTables<Families>()
    .selectFrom('person')
    .select('id')
    .orderBy('id')
    .execute()
  return rows.map((row) => row.id)
}

/** Commits in the write-ahead log: a frame that ends a transaction says how large the database is then. */
function commits(): number {
  const log = readFileSync(`${file}-wal`)
  const frame = 24 + log.readUInt32BE(8)
  let count = 0
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) > 0) count++
  return count
}

test('units that wait together share one commit', async () => {
  const before = commits()
  await Promise.all(Array.from({ length: 100 }, (_, index) => store.unit((unit) => write(unit, `p${index}`))))
  expect(commits() - before).toBe(1)
  await Promise.all(Array.from({ length: 600 }, (_, index) => store.unit((unit) => write(unit, `q${index}`))))
  expect(commits() - before).toBe(3)
  expect(await ids()).toHaveLength(700)
})

test('a unit that fails does not spoil those it shared a transaction with, whatever its place among them', async () => {
  const outcomes = await Promise.allSettled([
    store.unit((unit) => write(unit, 'a')),
    store.unit((unit) => write(unit, 'a')),
    store.unit((unit) => write(unit, 'orphan', 'nobody')),
    store.unit((unit) => write(unit, 'b')),
    store.unit(async (unit) => {
      await write(unit, 'late')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }),
    store.unit((unit) => write(unit, 'c')),
  ])
  expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, false, true, false, true])
  expect(await ids()).toEqual(['a', 'b', 'c'])
})

test('when the commit fails, every unit of the batch does, and the next batch works', async () => {
  const results = await Promise.allSettled([
    store.unit((unit) => write(unit, 'before')),
    store.unit(async (unit) => {
      await sql`pragma defer_foreign_keys = on`.execute(unit.across('test'))
      await write(unit, 'orphan', 'nobody')
    }),
    store.unit((unit) => write(unit, 'after')),
  ])
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(await ids()).toEqual([])
  await store.unit((unit) => write(unit, 'next'))
  expect(await ids()).toEqual(['next'])
})

test('T-CRA-02 when the disk is full, what was acknowledged stays and what was not is not there', async () => {
  await store.unit((unit) => write(unit, 'a'))
  await store.unit(async (unit) => {
    await sql`pragma max_page_count = 40`.execute(unit.across('test'))
  })
  const acknowledged: string[] = ['a']
  const write100 = (name: string) =>
    Promise.allSettled(
      Array.from({ length: 100 }, async (_, index) => {
        const id = `${name}-${index}-${'x'.repeat(500)}`
        await store.unit((unit) => write(unit, id))
        acknowledged.push(id)
      }),
    )
  const results = [...(await write100('b')), ...(await write100('c'))]
  expect(results.some((result) => result.status === 'rejected')).toBe(true)
  expect(await ids()).toEqual(acknowledged.sort())
  await store.unit(async (unit) => {
    await sql`pragma max_page_count = 10000`.execute(unit.across('test'))
  })
  await store.unit((unit) => write(unit, 'z'))
  expect(await ids()).toContain('z')
})

test('only its owner can read the file', () => {
  for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(name).mode & 0o077).toBe(0)
})

test.each([
  ['commit', ['commit', 'rollback']],
  ['savepoint', ['savepoint unit', 'rollback']],
  ['release', ['release unit', 'commit', 'rollback']],
])('T-CRA-02 a disk that breaks at the %s fails the units, and nobody waits for ever', async (_, broken) => {
  const connection = {
    exec: (sql: string) => {
      if (broken.includes(sql)) throw new Error('disk I/O error')
    },
    inTransaction: () => true,
  } as unknown as SqliteConnection
  const unit = {
    end: () => {},
    failure: () => undefined,
    writeEvents: async () => {},
    flush: async () => {},
  } as unknown as RunningUnit
  const writer = createWriter(
    connection,
    () => unit,
    () => {},
  )
  const outcomes = await Promise.allSettled([
    writer.unit(async () => 1),
    // Has the first one run again, in a savepoint.
    writer.unit(async () => Promise.reject(new Error('conflict'))),
  ])
  expect(outcomes.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
    'Error: disk I/O error',
    expect.stringMatching(/disk I\/O error|conflict/),
  ])
  await writer.drain()
})
