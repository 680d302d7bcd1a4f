import type { OrganizationId } from '@cardea/protocol'
import type { CompiledQuery, Kysely, SelectQueryBuilder } from 'kysely'
import { CamelCasePlugin, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Migration } from './migration.ts'
import { column } from './migration.ts'
import type { Queries, Store } from './store.ts'
import { testStores } from './testing.ts'

type Schema = {
  account: { org_id: OrganizationId; id: string; name: string; age: number | null }
  grant: { org_id: OrganizationId; id: string; account_id: string; scope: string }
  setting: { key: string; value: string }
}

const tables: Migration = {
  id: 'scope-0001-create',
  async up(db) {
    await db.schema
      .createTable('account')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('name', column.text, (c) => c.notNull().defaultTo('new'))
      .addColumn('age', column.integer)
      .execute()
    await db.schema
      .createTable('grant')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('account_id', column.text, (c) => c.notNull())
      .addColumn('scope', column.text, (c) => c.notNull())
      .execute()
    await db.schema
      .createTable('setting')
      .addColumn('key', column.text, (c) => c.primaryKey())
      .addColumn('value', column.text)
      .execute()
  },
}

const a = 'org_a'
const b = 'org_b'
const everything = {
  account: [
    { org_id: a, id: 'a1', name: 'Ann', age: 30 },
    { org_id: a, id: 'a2', name: 'Al', age: null },
    { org_id: b, id: 'b1', name: 'Bo', age: 30 },
    { org_id: b, id: 'b2', name: 'Ann', age: 50 },
  ],
  grant: [
    { org_id: a, id: 'g1', account_id: 'a1', scope: 'read' },
    // Rows that point across: a join must not follow them.
    { org_id: a, id: 'g2', account_id: 'b1', scope: 'read' },
    { org_id: b, id: 'g3', account_id: 'a1', scope: 'write' },
    { org_id: b, id: 'g4', account_id: 'b1', scope: 'write' },
  ],
} as const

describe.each(testStores())('T-TEN-01 in(org) on $name', ({ open }) => {
  let store: Store
  beforeAll(async () => {
    store = await open({ now: Date.now, migrations: [tables] })
  })
  afterAll(() => store.close())
  beforeEach(async () => {
    await store.unit(async (unit) => {
      const all = typed(unit.across('set up'))
      await all.deleteFrom('account').execute()
      await all.deleteFrom('grant').execute()
      await all
        .insertInto('account')
        .values([...everything.account])
        .execute()
      await all
        .insertInto('grant')
        .values([...everything.grant])
        .execute()
    })
  })

  const typed = (queries: ReturnType<Queries['in']>): Kysely<Schema> => queries.$extendTables<Schema>()
  const within = (queries: Queries = store) => typed(queries.in(a))
  /** What both organizations have after a write within `a`. */
  async function after(write: (db: Kysely<Schema>) => Promise<unknown>) {
    await store.unit((unit) => write(within(unit)))
    const all = typed(store.across('look'))
    const account = await all.selectFrom('account').selectAll().orderBy('id').execute()
    const grant = await all.selectFrom('grant').selectAll().orderBy('id').execute()
    return { account, grant, ofB: { account: account.filter(isB), grant: grant.filter(isB) } }
  }
  const isB = (row: { org_id: string }) => row.org_id === b
  const ofB = { account: everything.account.filter(isB), grant: everything.grant.filter(isB) }
  const refused = (write: (db: Kysely<Schema>) => Promise<unknown>) =>
    expect(store.unit((unit) => write(within(unit)))).rejects.toThrow('in(org) cannot scope')

  describe('reads only the rows of the organization', () => {
    const reads: Record<string, (db: Kysely<Schema>) => { execute(): Promise<unknown[]> }> = {
      'a table': (db) => db.selectFrom('account').select('account.id').orderBy('account.id'),
      'an alias': (db) => db.selectFrom('account as x').select('x.id').orderBy('x.id'),
      'a condition with an unguarded or': (db) =>
        db.selectFrom('account').select('id').where(sql<boolean>`age = 30 or age = 50 or age is null`).orderBy('id'),
      'or in the builder': (db) =>
        db
          .selectFrom('account')
          .select('id')
          .where((eb) => eb.or([eb('age', '>', 0), eb('age', 'is', null)]))
          .orderBy('id'),
      'two tables in from': (db) =>
        db.selectFrom(['account', 'grant']).select('account.id').whereRef('account_id', '=', 'account.id'),
      'an inner join': (db) =>
        db
          .selectFrom('grant')
          .innerJoin('account', 'account.id', 'grant.account_id')
          .select(['grant.id', 'account.id as account']),
      'a left join, which keeps the row that points across without its partner': (db) =>
        db
          .selectFrom('grant')
          .leftJoin('account as x', 'x.id', 'grant.account_id')
          .select(['grant.id', 'x.id as account'])
          .orderBy('grant.id'),
      'a join of a table with itself': (db) =>
        db.selectFrom('account as x').innerJoin('account as y', 'y.age', 'x.age').select(['x.id', 'y.id as other']),
      'a cross join': (db) =>
        db
          .selectFrom('account')
          .crossJoin('grant')
          .select(['account.id', 'grant.id as grant'])
          .orderBy('account.id')
          .orderBy('grant.id'),
      'a join whose condition holds an or': (db) =>
        db
          .selectFrom('grant')
          .innerJoin('account', (join) => join.on(sql<boolean>`true or account.id = ''`))
          .select(['grant.id', 'account.id as account'])
          .orderBy('grant.id')
          .orderBy('account.id'),
      'a subquery in from': (db) =>
        db.selectFrom(db.selectFrom('account').selectAll().as('inner')).select('inner.id').orderBy('inner.id'),
      'a joined subquery': (db) =>
        db
          .selectFrom('grant')
          .innerJoin(
            (eb) => eb.selectFrom('account').selectAll().as('x'),
            (join) => join.onRef('x.id', '=', 'grant.account_id'),
          )
          .select(['grant.id', 'x.id as account']),
      'a subquery in select': (db) =>
        db
          .selectFrom('grant')
          .select((eb) => [
            'id',
            eb.selectFrom('account').select('name').whereRef('account.id', '=', 'grant.account_id').as('name'),
          ])
          .orderBy('id'),
      'a subquery in where': (db) =>
        db
          .selectFrom('grant')
          .select('id')
          .where('account_id', 'in', (eb) => eb.selectFrom('account').select('id')),
      exists: (db) =>
        db
          .selectFrom('grant')
          .select('id')
          .where((eb) =>
            eb.exists(eb.selectFrom('account').select('id').whereRef('account.id', '=', 'grant.account_id')),
          ),
      'not exists': (db) =>
        db
          .selectFrom('grant')
          .select('id')
          .where((eb) =>
            eb.not(eb.exists(eb.selectFrom('account').select('id').whereRef('account.id', '=', 'grant.account_id'))),
          ),
      'a union': (db) => db.selectFrom('account').select('id').union(db.selectFrom('grant').select('id')).orderBy('id'),
      'a union of what an unscoped Kysely has built': (db) =>
        db
          .selectFrom('account')
          .select('id')
          .union(typed(store.across('other')).selectFrom('account').select('id'))
          .orderBy('id'),
      'a common table expression': (db) =>
        db
          .with('known', (q) => q.selectFrom('account').select('id'))
          .selectFrom('known')
          .innerJoin('grant', 'grant.account_id', 'known.id')
          .select(['known.id', 'grant.id as grant']),
      'a recursive one': (db) =>
        db
          .withRecursive('known(id)', (q) =>
            q
              .selectFrom('account')
              .select('account.id')
              .union((u) =>
                u
                  .selectFrom('grant')
                  .innerJoin('known', 'known.id', 'grant.account_id')
                  .select('grant.account_id as id'),
              ),
          )
          .selectFrom('known')
          .select('id')
          .orderBy('id'),
      'grouping and having': (db) =>
        db
          .selectFrom('account')
          .select((eb) => ['age', eb.fn.countAll<number>().as('count')])
          .groupBy('age')
          .having((eb) => eb.fn.countAll(), '>', 0)
          .orderBy('age'),
      'a Kysely without plugins': (db) => db.withoutPlugins().selectFrom('account').select('id').orderBy('id'),
      'raw SQL that only speaks of tables': (db) =>
        db.selectFrom('account').select(sql<string>`'select ) from'`.as('says')).where('id', '=', 'a1'),
      'a query with raw parts': (db) =>
        db
          .selectFrom('account')
          .select(sql<string>`upper(${sql.ref('name')})`.as('name'))
          .where(
            sql<boolean>`exists ${db.selectFrom('grant').select('id').where(sql<boolean>`account_id = account.id`)}`,
          ),
    }
    const expected: Record<string, unknown[]> = {
      'a table': [{ id: 'a1' }, { id: 'a2' }],
      'an alias': [{ id: 'a1' }, { id: 'a2' }],
      'a condition with an unguarded or': [{ id: 'a1' }, { id: 'a2' }],
      'or in the builder': [{ id: 'a1' }, { id: 'a2' }],
      'two tables in from': [{ id: 'a1' }],
      'an inner join': [{ id: 'g1', account: 'a1' }],
      'a left join, which keeps the row that points across without its partner': [
        { id: 'g1', account: 'a1' },
        { id: 'g2', account: null },
      ],
      'a join of a table with itself': [{ id: 'a1', other: 'a1' }],
      'a cross join': [
        { id: 'a1', grant: 'g1' },
        { id: 'a1', grant: 'g2' },
        { id: 'a2', grant: 'g1' },
        { id: 'a2', grant: 'g2' },
      ],
      'a join whose condition holds an or': [
        { id: 'g1', account: 'a1' },
        { id: 'g1', account: 'a2' },
        { id: 'g2', account: 'a1' },
        { id: 'g2', account: 'a2' },
      ],
      'a subquery in from': [{ id: 'a1' }, { id: 'a2' }],
      'a joined subquery': [{ id: 'g1', account: 'a1' }],
      'a subquery in select': [
        { id: 'g1', name: 'Ann' },
        { id: 'g2', name: null },
      ],
      'a subquery in where': [{ id: 'g1' }],
      exists: [{ id: 'g1' }],
      'not exists': [{ id: 'g2' }],
      'a union': [{ id: 'a1' }, { id: 'a2' }, { id: 'g1' }, { id: 'g2' }],
      'a union of what an unscoped Kysely has built': [{ id: 'a1' }, { id: 'a2' }],
      'a common table expression': [{ id: 'a1', grant: 'g1' }],
      'a recursive one': [{ id: 'a1' }, { id: 'a2' }],
      'grouping and having': expect.arrayContaining([
        { age: 30, count: 1 },
        { age: null, count: 1 },
      ]),
      'a Kysely without plugins': [{ id: 'a1' }, { id: 'a2' }],
      'a query with raw parts': [{ name: 'ANN' }],
      'raw SQL that only speaks of tables': [{ says: 'select ) from' }],
    }
    test.each(Object.entries(reads))('%s', async (name, read) => {
      expect(await read(within()).execute()).toEqual(expected[name])
    })
  })

  describe('writes only the rows of the organization', () => {
    test('an update without a condition', async () => {
      const { account, ofB: rest } = await after((db) => db.updateTable('account').set({ name: 'X' }).execute())
      expect(rest).toEqual(ofB)
      expect(account.filter((row) => row.name === 'X').map((row) => row.id)).toEqual(['a1', 'a2'])
    })

    test('an update of an alias, by the id of another organization’s row', async () => {
      const { ofB: rest } = await after((db) =>
        db.updateTable('account as x').set({ name: 'X' }).where('x.id', '=', 'b1').execute(),
      )
      expect(rest).toEqual(ofB)
    })

    test('an update from another table, and with a subquery as value', async () => {
      const { account, ofB: rest } = await after(async (db) => {
        await db
          .updateTable('account')
          .from('grant')
          .set({ name: 'granted' })
          .whereRef('account_id', '=', 'account.id')
          .execute()
        await db
          .updateTable('account')
          .set((eb) => ({ age: eb.selectFrom('account as other').select((o) => o.fn.countAll<number>().as('n')) }))
          .execute()
      })
      expect(rest).toEqual(ofB)
      expect(account.slice(0, 2)).toEqual([
        { org_id: a, id: 'a1', name: 'granted', age: 2 },
        { org_id: a, id: 'a2', name: 'Al', age: 2 },
      ])
    })

    test('a delete without a condition, and one with a subquery', async () => {
      const {
        account,
        grant,
        ofB: rest,
      } = await after(async (db) => {
        await db
          .deleteFrom('grant')
          .where('account_id', 'in', (eb) => eb.selectFrom('account').select('id'))
          .execute()
        await db.deleteFrom('account').execute()
      })
      expect(rest).toEqual(ofB)
      expect(account).toEqual(ofB.account)
      expect(grant.map((row) => row.id)).toEqual(['g2', 'g3', 'g4'])
    })

    test('an insert of one row, of several, with defaults, and from a select', async () => {
      const { account, ofB: rest } = await after(async (db) => {
        const rows = db as unknown as Kysely<Record<string, Record<string, unknown>>>
        await rows.insertInto('account').values({ id: 'n1', name: 'one' }).execute()
        await rows
          .insertInto('account')
          .values([
            { id: 'n2', name: 'two' },
            { id: 'n3', name: sql`upper(${'three'})` },
            { id: 'n4', name: 'four' },
          ] as never)
          .execute()
        await db.insertInto('account').values({ org_id: a, id: 'n5', name: 'five', age: 5 }).execute()
        await rows
          .insertInto('account')
          .columns(['id', 'name'])
          .expression((eb) => eb.selectFrom('grant').select([sql`'copy-' || id`.as('id'), 'scope']))
          .execute()
      })
      expect(rest).toEqual(ofB)
      expect(account.filter((row) => !row.id.match(/^[ab]/)).map((row) => [row.org_id, row.id, row.name])).toEqual([
        [a, 'copy-g1', 'read'],
        [a, 'copy-g2', 'read'],
        [a, 'n1', 'one'],
        [a, 'n2', 'two'],
        [a, 'n3', 'THREE'],
        [a, 'n4', 'four'],
        [a, 'n5', 'five'],
      ])
    })

    test('an upsert that meets another organization’s row leaves it alone', async () => {
      const upsert = (id: string) => (db: Kysely<Schema>) =>
        db
          .insertInto('account')
          .values({ org_id: a, id, name: 'mine', age: 1 })
          .onConflict((conflict) => conflict.column('id').doUpdateSet((eb) => ({ name: eb.ref('excluded.name') })))
          .execute()
      const { account, ofB: rest } = await after(async (db) => {
        await upsert('a1')(db)
        await upsert('b1')(db)
      })
      expect(rest).toEqual(ofB)
      expect(account[0]).toMatchObject({ id: 'a1', name: 'mine' })
    })

    test('an upsert keeps its own condition as well', async () => {
      const { account } = await after((db) =>
        db
          .insertInto('account')
          .values([
            { org_id: a, id: 'a1', name: 'mine', age: 1 },
            { org_id: a, id: 'a2', name: 'mine', age: 1 },
          ])
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet({ name: 'mine' })
              .where(sql<boolean>`account.age = 30 or account.age = 31`),
          )
          .execute(),
      )
      expect(account.filter((row) => row.name === 'mine').map((row) => row.id)).toEqual(['a1'])
    })
  })

  describe('refuses what it cannot confine', () => {
    const row = { org_id: b as OrganizationId, id: 'n1', name: 'theirs', age: null }
    const untyped = (db: Kysely<Schema>) => db as unknown as Kysely<Record<string, Record<string, unknown>>>
    const attempts: Record<string, (db: Kysely<Schema>) => Promise<unknown>> = {
      'an insert into another organization': (db) => db.insertInto('account').values(row).execute(),
      'one such row among others': (db) =>
        db
          .insertInto('account')
          .values([{ ...row, org_id: a, id: 'n0' }, row])
          .execute(),
      'an organization computed in SQL': (db) =>
        db
          .insertInto('account')
          .values({ ...row, org_id: sql<OrganizationId>`'org_b'` })
          .execute(),
      'an insert that selects its organization': (db) =>
        db
          .insertInto('account')
          .columns(['org_id', 'id', 'name'])
          .expression((eb) => eb.selectFrom('grant').select(['org_id', 'id', 'scope']))
          .execute(),
      'moving a row to another organization': (db) => db.updateTable('account').set({ org_id: b }).execute(),
      'moving a row by an upsert': (db) =>
        db
          .insertInto('account')
          .values({ ...row, org_id: a, id: 'a1' })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ org_id: b }))
          .execute(),
      'a replace': (db) =>
        db
          .replaceInto('account')
          .values({ ...row, org_id: a, id: 'b1' })
          .execute(),
      'insert or replace': (db) =>
        db
          .insertInto('account')
          .orReplace()
          .values({ ...row, org_id: a, id: 'b1' })
          .execute(),
      'a table without an organization': (db) => db.selectFrom('setting').selectAll().execute(),
      'joining a table without an organization': (db) =>
        db.selectFrom('account').innerJoin('setting', 'key', 'name').selectAll().execute(),
      'an unknown table': (db) => untyped(db).selectFrom('nothing').selectAll().execute(),
      'the schema of the database': (db) => untyped(db).selectFrom('sqlite_schema').selectAll().execute(),
      'a table of a named schema': (db) => untyped(db).selectFrom('public.account').selectAll().execute(),
      'a statement that is raw SQL': (db) => sql`select * from account`.execute(db),
      'a subquery that is raw SQL': (db) =>
        db.selectFrom('grant').select('id').where(sql<boolean>`account_id in (select id from account)`).execute(),
      'a raw table': (db) => db.selectFrom(sql<Schema['account']>`account`.as('x')).selectAll('x').execute(),
      'a raw reference to a table': (db) =>
        db
          .selectFrom('grant')
          .select('id')
          .where(sql<boolean>`exists (${sql.table('account')})`)
          .execute(),
      'a raw comment that hides the condition': (db) =>
        db.selectFrom('account').select('id').orderBy(sql`id --`).execute(),
      'raw SQL that closes a parenthesis it did not open': (db) =>
        db.selectFrom('account').select('id').where(sql<boolean>`1 = 1) or (1 = 1`).execute(),
      'raw SQL at the end of a query': (db) => db.selectFrom('account').select('id').modifyEnd(sql`or 1 = 1`).execute(),
      'raw SQL at the end of a delete': (db) => db.deleteFrom('account').modifyEnd(sql`or 1 = 1`).execute(),
      'a raw list that is a table': (db) =>
        db.selectFrom('account').select('id').where(sql<boolean>`id in "grant"`).execute(),
      'a right join': (db) =>
        db.selectFrom('grant').rightJoin('account', 'account.id', 'account_id').select('account.id').execute(),
      'a full join': (db) =>
        db.selectFrom('grant').fullJoin('account', 'account.id', 'account_id').select('account.id').execute(),
      'a common table expression that takes a table’s name': (db) =>
        db
          .with('account', (q) => q.selectFrom('grant').selectAll())
          .selectFrom('account')
          .selectAll()
          .execute(),
      'a merge': (db) =>
        db.mergeInto('account').using('grant', 'account_id', 'account.id').whenMatched().thenDelete().execute(),
      'a change of the schema': (db) => db.schema.dropTable('account').execute(),
    }
    test.each(Object.entries(attempts))('%s', async (_name, attempt) => {
      await refused(attempt)
      const all = typed(store.across('look'))
      expect(await all.selectFrom('account').selectAll().orderBy('id').execute()).toEqual(everything.account)
    })

    test('a query that was compiled without the scope', async () => {
      const compiled: CompiledQuery = typed(store.across('compile')).selectFrom('account').selectAll().compile()
      await expect(within().executeQuery(compiled)).rejects.toThrow('compiled elsewhere')
    })

    test('a plugin and another schema', () => {
      expect(() => within().withSchema('main')).toThrow('takes no plugin')
      expect(() => within().withPlugin(new CamelCasePlugin())).toThrow('takes no plugin')
    })

    test('a stream', async () => {
      const query: SelectQueryBuilder<Schema, 'account', { id: string }> = within().selectFrom('account').select('id')
      await expect(query.stream().next()).rejects.toThrow('does not stream')
    })
  })

  test('one statement serves every organization: only its parameters differ', () => {
    const text = (org: OrganizationId) =>
      typed(store.in(org)).selectFrom('account').selectAll().where('id', '=', 'a1').compile()
    expect(text(a).sql).toBe(text(b).sql)
    expect(text(a).parameters).toEqual([a, 'a1'])
  })

  test('across(reason) sees every organization', async () => {
    const rows = await typed(store.across('count accounts')).selectFrom('account').selectAll().orderBy('id').execute()
    expect(rows).toEqual(everything.account)
  })
})
