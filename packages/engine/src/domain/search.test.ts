import { afterEach, describe, expect, test } from 'vitest'
import type { Migration } from '../kernel/store/index.ts'
import { column, openStore } from '../kernel/store/index.ts'
import { testStores } from '../kernel/store/testing.ts'
import { contains, searchMigration } from './search.ts'

type Tables = { band: { id: string; org_id: string; name: string; city: string | null; search_text: string } }

const create: Migration = {
  id: 'band-0001-create',
  async up(db) {
    await db.schema
      .createTable('band')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('name', column.text, (c) => c.notNull())
      .addColumn('city', column.text)
      .execute()
  },
}

describe.each(testStores())('search on $name', ({ create: database }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0).reverse()) await one()
  })

  test('finds what was there before there was a search, whatever its case', async () => {
    const { url, remove } = await database()
    close.push(remove)
    const open = async (migrations: readonly Migration[]) => {
      const store = await openStore({ url, now: () => 1_800_000_000_000, migrations })
      close.push(store.close)
      return store
    }
    const before = await open([create])
    const bands = [
      { org_id: 'org_one', id: 'a', name: 'ÉMILE ŻAK', city: 'Łódź' },
      { org_id: 'org_one', id: 'b', name: '100% Cotton', city: null },
    ]
    await before.unit(async (unit) => {
      const inserted = unit.across('make bands').$extendTables<{ band: Omit<Tables['band'], 'search_text'> }>()
      await inserted.insertInto('band').values(bands).execute()
    })
    const after = await open([create, searchMigration('band', ['name', 'city'])])
    const found = async (text: string) => {
      const rows = after.across('look').$extendTables<Tables>().selectFrom('band').select('id').where(contains(text))
      return (await rows.execute()).map(({ id }) => id)
    }
    expect(await found('émile ż')).toEqual(['a'])
    expect(await found('ŁÓDŹ')).toEqual(['a'])
    expect(await found('0% c')).toEqual(['b'])
    expect(await found('%_')).toEqual([])
  })
})
