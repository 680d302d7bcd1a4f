import type { OrganizationId } from '@cardea/protocol'
import { createTestDatabase } from '@cardea/tooling/postgres'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Migration } from '../migration.ts'
import { column } from '../migration.ts'
import { openStore } from '../open.ts'
import { inOrganization } from '../statement.ts'
import type { Store, Tables, Unit } from '../store.ts'
import { createGroupCommit } from './group.ts'

const shirts: Migration = {
  id: 'shirt-0001-create',
  async up(db) {
    await db.schema
      .createTable('shirt')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('worn', column.integer, (c) => c.notNull())
      .execute()
  },
}

interface Shirt {
  org_id: OrganizationId
  id: string
  worn: number
}

const typed = (db: Kysely<Tables>) => db.$extendTables<{ shirt: Shirt }>()
const org: OrganizationId = 'org_a'
const insert = inOrganization<Shirt>()((db, p) =>
  typed(db)
    .insertInto('shirt')
    .values({ org_id: p('org_id'), id: p('id'), worn: p('worn') }),
)
const wear = inOrganization<Pick<Shirt, 'org_id' | 'id'>>()((db, p) =>
  typed(db)
    .updateTable('shirt')
    .set((shirt) => ({ worn: shirt('worn', '+', 1) }))
    .where('id', '=', p('id')),
)
const wearFirst = inOrganization<Pick<Shirt, 'org_id' | 'id'>>()((db, p) =>
  typed(db).updateTable('shirt').set({ worn: 1 }).where('id', '=', p('id')).where('worn', '=', 0).returning('id'),
)

let store: Store
let administrator: pg.Client
beforeEach(async () => {
  const url = await createTestDatabase()
  store = await openStore({ url, now: Date.now, migrations: [shirts], subscribers: [{ name: 'audit', types: '*' }] })
  administrator = new pg.Client(url)
  await administrator.connect()
})
afterEach(async () => {
  await administrator.end()
  await store.close()
})

const make = async (unit: Unit, id: string) => {
  await unit.run(insert, { org_id: org, id, worn: 0 })
  await unit.emit({ type: 'shirt.made', org, actor: { type: 'system' }, target: id })
}
const made = async () =>
  (await typed(store.in(org)).selectFrom('shirt').select('id').orderBy('id').execute()).map(({ id }) => id)
const told = async () =>
  (await store.in(org).selectFrom('event').select('target').orderBy('target').execute()).map(({ target }) => target)
const transactions = async () => {
  const { rows } = await administrator.query('select pg_current_xact_id()::text::int as id')
  return rows[0].id as number
}
const names = (count: number) => Array.from({ length: count }, (_, index) => `s${String(index).padStart(2, '0')}`)

test('units that only write, and come together, share a transaction', async () => {
  const before = await transactions()
  await Promise.all(names(50).map((id) => store.unit((unit) => make(unit, id))))
  expect(await made()).toEqual(names(50))
  expect(await told()).toEqual(names(50))
  expect((await transactions()) - before).toBeLessThan(10)
})

test('of units that come together one that fails is undone, and told, alone', async () => {
  await store.unit((unit) => make(unit, 's07'))
  const outcomes = await Promise.allSettled(names(20).map((id) => store.unit((unit) => make(unit, id))))
  expect(outcomes.map(({ status }) => status)).toEqual(names(20).map((id) => (id === 's07' ? 'rejected' : 'fulfilled')))
  expect(outcomes[7]).toMatchObject({ reason: { code: '23505' } })
  expect(await made()).toEqual(names(20))
  expect(await told()).toEqual(names(20))
})

test('a unit that reads what it has written is a transaction of its own, and undone as one', async () => {
  const failing = store.unit(async (unit) => {
    await make(unit, 's01')
    const [found] = await typed(unit.in(org)).selectFrom('shirt').selectAll().execute()
    throw new Error(`saw ${found?.id}`)
  })
  await expect(failing).rejects.toThrow('saw s01')
  expect(await made()).toEqual([])
  expect(await told()).toEqual([])
})

test('a unit that throws before it has needed an answer writes nothing', async () => {
  const failing = store.unit(async (unit) => {
    await make(unit, 's01')
    throw new Error('changed my mind')
  })
  await expect(failing).rejects.toThrow('changed my mind')
  expect(await made()).toEqual([])
})

test('of fifty who take the same thing together one gets it', async () => {
  await store.unit((unit) => make(unit, 's01'))
  const taken = await Promise.all(
    Array.from({ length: 50 }, () => store.write((queries) => queries.run(wearFirst, { org_id: org, id: 's01' }))),
  )
  expect(taken.filter(([row]) => row !== undefined)).toHaveLength(1)
})

test('units that lock the same rows the other way round are all written', async () => {
  await store.unit(async (unit) => {
    for (const id of names(2)) await make(unit, id)
  })
  const [one = '', two = ''] = names(2)
  const both = (first: string, second: string) =>
    store.unit(async (unit) => {
      await unit.run(wear, { org_id: org, id: first })
      await unit.run(wear, { org_id: org, id: second })
    })
  // A turn of the loop between them, so that they are in different transactions.
  for (let round = 0; round < 20; round++) {
    const first = both(one, two)
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([first, both(two, one)])
  }
  const rows = await typed(store.in(org)).selectFrom('shirt').select('worn').execute()
  expect(rows).toEqual([{ worn: 40 }, { worn: 40 }])
})

test('a row that somebody holds does not hold up what comes after it', async () => {
  await store.unit((unit) => make(unit, 's00'))
  await administrator.query('begin')
  await administrator.query("update shirt set worn = 5 where id = 's00'")
  const waiting: Promise<unknown>[] = []
  for (let lane = 0; lane < 3; lane++) {
    waiting.push(store.unit((unit) => unit.run(wear, { org_id: org, id: 's00' })))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await store.unit((unit) => make(unit, 's01'))
  expect(await made()).toEqual(['s00', 's01'])
  await administrator.query('commit')
  await Promise.all(waiting)
  const row = await typed(store.in(org)).selectFrom('shirt').select('worn').where('id', '=', 's00').executeTakeFirst()
  expect(row?.worn).toBe(8)
})

test('T-CRA-02 while no connection is to be had, units that come together wait for one attempt, not one each', async () => {
  let asked = 0
  const nowhere = async (): Promise<never> => {
    asked += 1
    throw new Error('connect ECONNREFUSED')
  }
  const group = createGroupCommit({ run: nowhere, connect: nowhere, end: async () => {} }, 8)
  const one = { sql: 'select 1', parameters: [] }
  const outcomes = await Promise.allSettled(names(50).map(() => group.write([one])))
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(asked).toBe(1)
})

test('T-CRA-02 who has lost the connection is told, and nothing is written twice', async () => {
  await store.unit((unit) => make(unit, 's00'))
  await administrator.query('begin')
  await administrator.query("update shirt set worn = 0 where id = 's00'")
  // Waits for the row until its connection is ended.
  const waiting = store.unit(async (unit) => {
    await unit.run(wear, { org_id: org, id: 's00' })
    await make(unit, 's01')
  })
  const ended = expect(waiting).rejects.toThrow()
  await expect
    .poll(async () => {
      const { rows } = await administrator.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      )
      return rows.length
    })
    .toBeGreaterThan(0)
  await ended
  await administrator.query('commit')
  expect(await made()).toEqual(['s00'])
  await store.unit((unit) => make(unit, 's01'))
  expect(await made()).toEqual(['s00', 's01'])
})

test('T-CRA-02 units whose database does not answer any more are told so, and not sent again', async () => {
  const released: boolean[] = []
  const silent = async (): Promise<never> => {
    throw new Error('Query read timeout')
  }
  const connect = async () => ({ run: silent, exec: silent, release: (broken: boolean) => void released.push(broken) })
  const group = createGroupCommit({ run: silent, connect, end: async () => {} }, 8)
  const unit = [{ sql: 'update shirt set worn = worn + 1', parameters: [] }]
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => group.write(unit)))
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'))
  expect(released).toEqual([true])
})
