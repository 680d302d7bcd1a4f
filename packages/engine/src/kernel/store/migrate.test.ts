import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import type { Migration } from './migration.ts'
import { column } from './migration.ts'
import { openStore } from './open.ts'
import { testStores } from './testing.ts'

const create = (name: string): Migration => ({
  id: `${name}-0001-create`,
  async up(db) {
    await db.schema
      .createTable(name)
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .execute()
  },
})
const addColour: Migration = {
  id: 'shirt-0002-colour',
  async up(db) {
    await db.schema
      .alterTable('shirt')
      .addColumn('colour', column.text, (c) => c.notNull().defaultTo('white'))
      .execute()
    await sql`update shirt set colour = 'red' where id = 'old'`.execute(db)
  },
}
const failing: Migration = {
  id: 'hat-0001-create',
  async up(db) {
    await create('hat').up(db)
    throw new Error('no more hats')
  },
}
interface Shirt {
  org_id: string
  id: string
  colour?: string
}

describe.each(testStores())('migrations on $name', ({ create: database }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0).reverse()) await one()
  })
  async function newDatabase() {
    const { url, remove } = await database()
    close.push(remove)
    return async (migrations: readonly Migration[], now = () => 1_800_000_000_000) => {
      const store = await openStore({ url, now, migrations })
      close.push(store.close)
      return {
        store,
        recorded: () =>
          store
            .across('look')
            .$extendTables<{ migration: { id: string; at: number } }>()
            .selectFrom('migration')
            .selectAll()
            .orderBy('id')
            .execute(),
        shirts: () => store.across('look').$extendTables<{ shirt: Shirt }>(),
      }
    }
  }

  test('run once, in their order, and are recorded with their time', async () => {
    const open = await newDatabase()
    const ran: string[] = []
    const noting = (migration: Migration): Migration => ({
      id: migration.id,
      async up(db) {
        ran.push(migration.id)
        await migration.up(db)
      },
    })
    const all = [create('shirt'), addColour].map(noting)
    const { recorded } = await open(all)
    await open(all)
    expect(ran).toEqual(['shirt-0001-create', 'shirt-0002-colour'])
    expect(await recorded()).toEqual(
      ['event-0001-outbox', 'shirt-0001-create', 'shirt-0002-colour'].map((id) => ({ id, at: 1_800_000_000_000 })),
    )
  })

  test('bring an existing database and its rows up to date', async () => {
    const open = await newDatabase()
    const before = await open([create('shirt')])
    await before.store.unit((unit) =>
      unit
        .across('write')
        .$extendTables<{ shirt: Shirt }>()
        .insertInto('shirt')
        .values([
          { org_id: 'org_a', id: 'old' },
          { org_id: 'org_a', id: 'other' },
        ])
        .execute(),
    )
    await before.store.close()
    const { shirts } = await open([create('shirt'), addColour])
    expect(await shirts().selectFrom('shirt').select(['id', 'colour']).orderBy('id').execute()).toEqual([
      { id: 'old', colour: 'red' },
      { id: 'other', colour: 'white' },
    ])
  })

  test('of several processes that start at once run once, and all start', async () => {
    const open = await newDatabase()
    const all = ['shirt', 'hat', 'shoe', 'coat'].map(create)
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(all)))
    for (const { recorded } of stores) expect(await recorded()).toHaveLength(5)
  })

  test('that fail leave the database as it was, and name themselves', async () => {
    const open = await newDatabase()
    await open([create('shirt')])
    await expect(open([create('shirt'), addColour, failing])).rejects.toThrow(
      'The migration "hat-0001-create" failed: no more hats',
    )
    const { recorded } = await open([create('shirt'), addColour, create('hat')])
    expect((await recorded()).map(({ id }) => id)).toEqual([
      'event-0001-outbox',
      'hat-0001-create',
      'shirt-0001-create',
      'shirt-0002-colour',
    ])
  })

  test('of a newer version: an older one refuses to start and says why', async () => {
    const open = await newDatabase()
    await open([create('shirt'), addColour])
    await expect(open([create('shirt')])).rejects.toThrow(/shirt-0002-colour.*newer version/)
  })

  test.each([
    ['an id without noun and number', [{ ...create('shirt'), id: 'shirt' }], 'must be named noun-0001-what'],
    ['the same id twice', [create('shirt'), create('shirt')], 'two migrations named "shirt-0001-create"'],
    [
      'a column type that only one database has',
      [
        {
          id: 'shirt-0001-create',
          up: async (db) => db.schema.createTable('shirt').addColumn('sold', 'timestamptz').execute(),
        },
      ],
      'The column "sold" needs a type of the portable subset',
    ],
  ] as [string, Migration[], string][])('with %s are refused', async (_name, migrations, message) => {
    const open = await newDatabase()
    await expect(open(migrations)).rejects.toThrow(message)
  })
})
