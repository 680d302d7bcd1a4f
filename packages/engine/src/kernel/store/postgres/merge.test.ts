import type { OrganizationId } from '@cardea/protocol'
import { createTestDatabase } from '@cardea/tooling/postgres'
import type { Kysely } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Migration } from '../migration.ts'
import { column } from '../migration.ts'
import { openStore } from '../open.ts'
import { across, inOrganization } from '../statement.ts'
import type { Store, Tables } from '../store.ts'

interface Garment {
  org_id: OrganizationId
  id: string
  drawer: string
}
type Wardrobe = { shirt: Garment; sock: Garment }

const wardrobe: Migration = {
  id: 'wardrobe-0001-create',
  async up(db) {
    for (const table of ['shirt', 'sock'])
      await db.schema
        .createTable(table)
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('drawer', column.text, (c) => c.notNull())
        .execute()
  },
}

const own: OrganizationId = 'org_a'
const typed = (db: Kysely<Tables>) => db.$extendTables<Wardrobe>()
const insertInto = (table: keyof Wardrobe) =>
  inOrganization<Garment>()((db, p) =>
    typed(db)
      .insertInto(table)
      .values({ org_id: p('org_id'), drawer: p('drawer'), id: p('id') }),
  )
const insertShirt = insertInto('shirt')
const insertSock = insertInto('sock')
const moveShirt = inOrganization<Garment>()((db, p) =>
  typed(db)
    .updateTable('shirt')
    .set({ drawer: p('drawer') })
    .where('id', '=', p('id')),
)
const copyShirt = across<{ id: string }>('test')((db, p) =>
  typed(db)
    .insertInto('sock')
    .columns(['org_id', 'id', 'drawer'])
    .expression((eb) =>
      eb.selectFrom('shirt').select(['shirt.org_id', 'shirt.id', 'shirt.drawer']).where('shirt.id', '=', p('id')),
    ),
)
const shirts = across<object>('test')((db) => typed(db).selectFrom('shirt').select(['id', 'drawer']).orderBy('id'))
const socks = across<object>('test')((db) => typed(db).selectFrom('sock').select(['id', 'drawer']).orderBy('id'))

let store: Store
beforeEach(async () => {
  const subscribers = [{ name: 'laundry', types: ['shirt.bought'] }]
  store = await openStore({ url: await createTestDatabase(), now: Date.now, migrations: [wardrobe], subscribers })
})
afterEach(() => store.close())

async function statementsOf(work: Parameters<Store['unit']>[0]): Promise<number> {
  const before = store.counts().statements
  await store.unit(work)
  return store.counts().statements - before
}
const event = (target: string) => ({ type: 'shirt.bought', org: own, actor: { type: 'system' }, target }) as const
const contents = async () => ({ shirts: await store.run(shirts, {}), socks: await store.run(socks, {}) })
const written = async () => {
  const queries = store.across('test')
  const events = await queries.selectFrom('event').select('target').execute()
  const deliveries = await queries.selectFrom('delivery').select('subscriber').execute()
  return [...events.map((one) => one.target), ...deliveries.map((one) => one.subscriber)]
}

test('what a unit inserts, and its event, is one statement; every value is where it belongs', async () => {
  const statements = await statementsOf(async (unit) => {
    await unit.run(insertShirt, { org_id: own, id: 'white', drawer: 'upper' })
    await unit.run(insertSock, { org_id: own, id: 'grey', drawer: 'lower' })
    await unit.emit(event('white'))
  })
  expect(statements).toBe(1)
  expect(await contents()).toEqual({
    shirts: [{ id: 'white', drawer: 'upper' }],
    socks: [{ id: 'grey', drawer: 'lower' }],
  })
  expect(await written()).toEqual(['white', 'laundry'])
})

test('T-CRA-02 when one of them is refused, none is written', async () => {
  await store.unit((unit) => unit.run(insertSock, { org_id: own, id: 'grey', drawer: 'lower' }))
  const refused = store.unit(async (unit) => {
    await unit.run(insertShirt, { org_id: own, id: 'white', drawer: 'upper' })
    await unit.run(insertSock, { org_id: own, id: 'grey', drawer: 'lower' })
    await unit.emit(event('white'))
  })
  await expect(refused).rejects.toMatchObject({ code: '23505' })
  expect((await contents()).shirts).toEqual([])
  expect(await written()).toEqual([])
})

test('a change between them keeps its place', async () => {
  const statements = await statementsOf(async (unit) => {
    await unit.run(insertShirt, { org_id: own, id: 'white', drawer: 'upper' })
    await unit.run(insertSock, { org_id: own, id: 'grey', drawer: 'upper' })
    await unit.run(moveShirt, { org_id: own, id: 'white', drawer: 'lower' })
    await unit.emit(event('white'))
  })
  expect(statements).toBe(3)
  expect((await contents()).shirts).toEqual([{ id: 'white', drawer: 'lower' }])
  expect(await written()).toEqual(['white', 'laundry'])
})

test('statements that depend on each other stay apart', async () => {
  const twice = await statementsOf(async (unit) => {
    await unit.run(insertShirt, { org_id: own, id: 'white', drawer: 'upper' })
    await unit.run(insertShirt, { org_id: own, id: 'blue', drawer: 'upper' })
  })
  expect(twice).toBe(2)
  const reading = await statementsOf(async (unit) => {
    await unit.run(insertShirt, { org_id: own, id: 'red', drawer: 'upper' })
    await unit.run(copyShirt, { id: 'red' })
  })
  expect(reading).toBe(2)
  expect((await contents()).socks).toEqual([{ id: 'red', drawer: 'upper' }])
})
