import type { OrganizationId } from '@cardea/protocol'
import type { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Migration } from './migration.ts'
import { column } from './migration.ts'
import { across, inOrganization } from './statement.ts'
import type { Store, Tables } from './store.ts'
import { testStores } from './testing.ts'

interface Shirt {
  org_id: OrganizationId
  id: string
  colour: string | null
}

const shirts: Migration = {
  id: 'shirt-0001-create',
  async up(db) {
    await db.schema
      .createTable('shirt')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('colour', column.text)
      .execute()
  },
}

const typed = (db: Kysely<Tables>) => db.$extendTables<{ shirt: Shirt }>()
const own: OrganizationId = 'org_a'
const other: OrganizationId = 'org_b'

const list = inOrganization<{ org_id: OrganizationId }>()((db) =>
  typed(db).selectFrom('shirt').select(['id', 'colour']).orderBy('id'),
)
const everything = across<object>('look at all shirts')((db) => typed(db).selectFrom('shirt').selectAll().orderBy('id'))
const insert = inOrganization<Shirt>()((db, p) =>
  typed(db)
    .insertInto('shirt')
    .values({ org_id: p('org_id'), id: p('id'), colour: p('colour') }),
)
const insertUnnamed = inOrganization<Shirt>()((db, p) =>
  typed(db)
    .insertInto('shirt')
    .values({ id: p('id'), colour: p('colour') } as never),
)
const insertElsewhere = inOrganization<Shirt>()((db, p) =>
  typed(db)
    .insertInto('shirt')
    .values({ org_id: other, id: p('id'), colour: p('colour') }),
)
const dye = inOrganization<{ org_id: OrganizationId; id: string; colour: string }>()((db, p) =>
  typed(db)
    .updateTable('shirt')
    .set({ colour: p('colour') })
    .where('id', '=', p('id'))
    .where('colour', '!=', p('colour'))
    .where((where) => where.or([where('colour', 'is', null), where('colour', '!=', 'black')]))
    .returning('colour'),
)

describe.each(testStores())('statements compiled once on $name', ({ open }) => {
  let store: Store
  beforeEach(async () => {
    store = await open({ now: Date.now, migrations: [shirts] })
    await store.unit(async (unit) => {
      await unit.run(insert, { org_id: own, id: 'a1', colour: 'red' })
      await unit.run(insert, { org_id: other, id: 'b1', colour: 'red' })
    })
  })
  afterEach(() => store.close())

  test('bind the values of each run', async () => {
    await store.unit(async (unit) => {
      for (const id of ['a2', 'a3']) await unit.run(insert, { org_id: own, id, colour: null })
    })
    expect(await store.run(list, { org_id: own })).toEqual([
      { id: 'a1', colour: 'red' },
      { id: 'a2', colour: null },
      { id: 'a3', colour: null },
    ])
  })

  test('T-TEN-01 see and change the rows of the organization in their parameters only', async () => {
    expect(await store.run(list, { org_id: own })).toEqual([{ id: 'a1', colour: 'red' }])
    expect(await store.run(list, { org_id: other })).toEqual([{ id: 'b1', colour: 'red' }])
    const reached = await store.unit((unit) => unit.run(dye, { org_id: own, id: 'b1', colour: 'blue' }))
    expect(reached).toEqual([])
    const changed = await store.unit((unit) => unit.run(dye, { org_id: own, id: 'a1', colour: 'blue' }))
    expect(changed).toEqual([{ colour: 'blue' }])
    await store.unit((unit) => unit.run(insertUnnamed, { org_id: own, id: 'a2', colour: null }))
    expect(await store.run(everything, {})).toEqual([
      { org_id: own, id: 'a1', colour: 'blue' },
      { org_id: own, id: 'a2', colour: null },
      { org_id: other, id: 'b1', colour: 'red' },
    ])
  })

  test('T-TEN-01 that name another organization for a row are refused', async () => {
    const elsewhere = store.unit((unit) => unit.run(insertElsewhere, { org_id: own, id: 'x', colour: null }))
    await expect(elsewhere).rejects.toThrow('in(org) cannot scope an insert into another organization')
  })

  test('that change something are refused outside a unit', async () => {
    await expect(store.run(insert, { org_id: own, id: 'a2', colour: null })).rejects.toThrow('in a unit of work')
    expect(await store.run(list, { org_id: own })).toHaveLength(1)
  })

  test('a change that is not waited for takes the whole unit down when it fails', async () => {
    let told: unknown
    const failing = store.unit(async (unit) => {
      await unit.run(insert, { org_id: own, id: 'a2', colour: null })
      await unit.run(insert, { org_id: own, id: 'a1', colour: 'twice' }).catch((error: unknown) => {
        told = error
      })
      await unit.emit({ type: 'shirt.made', org: own, actor: { type: 'system' } })
      return 'done'
    })
    await expect(failing).rejects.toThrow(/unique/i)
    expect(told).toBeUndefined()
    expect(await store.run(list, { org_id: own })).toEqual([{ id: 'a1', colour: 'red' }])
    expect(await store.in(own).selectFrom('event').selectAll().execute()).toEqual([])
  })

  test('what a unit has written it reads', async () => {
    const seen = await store.unit(async (unit) => {
      await unit.run(insert, { org_id: own, id: 'a2', colour: 'green' })
      return unit.run(list, { org_id: own })
    })
    expect(seen).toHaveLength(2)
  })

  test('one of them is a unit by itself', async () => {
    const before = store.counts()
    const rows = await store.write((queries) => queries.run(dye, { org_id: own, id: 'a1', colour: 'blue' }))
    expect(rows).toEqual([{ colour: 'blue' }])
    const after = store.counts()
    expect([after.statements - before.statements, after.transactions - before.transactions]).toEqual([1, 1])
  })

  test('a failing change outside a unit of more than one statement is told at once', async () => {
    const twice = store.write((queries) => queries.run(insert, { org_id: own, id: 'a1', colour: null }))
    await expect(twice).rejects.toThrow(/unique/i)
  })
})
