import type { OrganizationId } from '@cardea/protocol'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import type { Migration } from './migration.ts'
import { column } from './migration.ts'
import type { Store, Tables, Unit } from './store.ts'
import { race, testStores } from './testing.ts'

interface Note {
  org_id: OrganizationId
  id: string
  body: string | null
  used: number
  at: number
}

const notes: Migration = {
  id: 'note-0001-create',
  async up(db) {
    await db.schema
      .createTable('note')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('body', column.text)
      .addColumn('used', column.flag, (c) => c.notNull())
      .addColumn('at', column.time, (c) => c.notNull())
      .execute()
  },
}

const org = 'org_a'
const note = (id: string): Note => ({ org_id: org, id, body: 'text', used: 0, at: 1_800_000_000_123 })
const table = (queries: Kysely<Tables>) => queries.$extendTables<{ note: Note }>()
const write = (unit: Unit, id: string) => table(unit.in(org)).insertInto('note').values(note(id)).execute()
const read = (store: Store | Unit) => table(store.in(org)).selectFrom('note').selectAll().orderBy('id').execute()
const ids = async (store: Store | Unit) => (await read(store)).map((row) => row.id)

describe.each(testStores())('the store on $name', ({ open, create }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0)) await one()
  })
  async function openNotes(): Promise<Store> {
    const store = await open({ now: Date.now, migrations: [notes] })
    close.push(store.close)
    return store
  }

  describe('a unit of work', () => {
    test('is written when its promise resolves, and returns what the work returned', async () => {
      const store = await openNotes()
      expect(await store.unit((unit) => write(unit, 'n1').then(() => 'done'))).toBe('done')
      expect(await read(store)).toEqual([note('n1')])
    })

    test('sees its own changes; others do not before the commit', async () => {
      const store = await openNotes()
      await store.unit(async (unit) => {
        await write(unit, 'n1')
        expect(await ids(unit)).toEqual(['n1'])
        expect(await ids(store)).toEqual([])
      })
      expect(await ids(store)).toEqual(['n1'])
    })

    test('that throws writes nothing, passes the error on, and leaves the units beside it alone', async () => {
      const store = await openNotes()
      const results = await Promise.allSettled([
        store.unit((unit) => write(unit, 'n1')),
        store.unit(async (unit) => {
          await write(unit, 'n2')
          throw new RangeError('no')
        }),
        store.unit((unit) => write(unit, 'n3')),
      ])
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(results[1]).toMatchObject({ reason: { name: 'RangeError', message: 'no' } })
      expect(await ids(store)).toEqual(['n1', 'n3'])
    })

    test('whose work throws before its first await rejects too', async () => {
      const store = await openNotes()
      const failing = store.unit(() => {
        throw new RangeError('at once')
      })
      await expect(failing).rejects.toThrow('at once')
      expect(await store.unit(async () => 1)).toBe(1)
    })

    test('in which a statement failed writes nothing, also when the work swallowed the error', async () => {
      const store = await openNotes()
      await store.unit((unit) => write(unit, 'n1'))
      const doomed = store.unit(async (unit) => {
        await write(unit, 'n2')
        await write(unit, 'n1').catch(() => {})
        return 'looks fine'
      })
      await expect(doomed).rejects.toThrow(/unique/i)
      const after = store.unit(async (unit) => {
        await write(unit, 'n1').catch(() => {})
        await write(unit, 'n3')
      })
      await expect(after).rejects.toThrow(/unique/i)
      expect(await ids(store)).toEqual(['n1'])
    })

    test('that is over refuses further statements, events and signals', async () => {
      const store = await openNotes()
      let kept: Unit | undefined
      await store.unit(async (unit) => {
        kept = unit
      })
      const late = kept as unknown as Unit
      await expect(write(late, 'late')).rejects.toThrow('over')
      await expect(late.emit({ type: 'late', org, actor: { type: 'system' } })).rejects.toThrow('over')
      expect(() => late.signal('late')).toThrow('over')
      expect(await ids(store)).toEqual([])
    })

    test('that waits for anything else than the store fails instead of stopping every writer', async () => {
      const store = await openNotes()
      const stuck = store.unit(async (unit) => {
        await write(unit, 'n1')
        await new Promise(() => {})
      })
      const behind = store.unit((unit) => write(unit, 'n2'))
      await expect(stuck).rejects.toThrow(/something other than the store, after insert into "note"/)
      await behind
      expect(await ids(store)).toEqual(['n2'])
    })

    test('inside another unit is refused, and the outer one can go on', async () => {
      const store = await openNotes()
      await store.unit(async (unit) => {
        await expect(store.unit((inner) => write(inner, 'n1'))).rejects.toThrow('inside another')
        await write(unit, 'n2')
      })
      expect(await ids(store)).toEqual(['n2'])
    })

    test('200 at once are all written, in one database and in order of nothing but themselves', async () => {
      const store = await openNotes()
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          store.unit(async (unit) => {
            await write(unit, `n${String(index).padStart(3, '0')}`)
            return index
          }),
        ),
      )
      expect(results).toEqual(Array.from({ length: 200 }, (_, index) => index))
      expect(await read(store)).toHaveLength(200)
    })

    test('keeps the async context of its caller', async () => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const request = new AsyncLocalStorage<string>()
      const store = await openNotes()
      const seen = await Promise.all(
        ['a', 'b', 'c'].map((name) => request.run(name, () => store.unit(async () => request.getStore()))),
      )
      expect(seen).toEqual(['a', 'b', 'c'])
    })
  })

  describe('a single-use verb', () => {
    const consume = (unit: Unit, id: string) =>
      table(unit.in(org))
        .updateTable('note')
        .set({ used: 1 })
        .where('id', '=', id)
        .where('used', '=', 0)
        .returningAll()
        .executeTakeFirst()
    const take = (unit: Unit, id: string) =>
      table(unit.in(org)).deleteFrom('note').where('id', '=', id).returningAll().executeTakeFirst()
    const create = (unit: Unit, id: string, caller: number) =>
      table(unit.in(org))
        .insertInto('note')
        .values({ ...note(id), body: String(caller) })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returningAll()
        .executeTakeFirst()

    test('by update … returning gives the record to one of 50 callers', async () => {
      const store = await openNotes()
      await store.unit((unit) => write(unit, 'n1'))
      expect(await race(store, (unit) => consume(unit, 'n1'))).toEqual([{ ...note('n1'), used: 1 }])
    })

    test('by delete … returning gives the record to one of 50 callers', async () => {
      const store = await openNotes()
      await store.unit((unit) => write(unit, 'n1'))
      expect(await race(store, (unit) => take(unit, 'n1'))).toEqual([note('n1')])
    })

    test('by insert … on conflict do nothing creates the record for one of 50 callers', async () => {
      const store = await openNotes()
      const created = await race(store, (unit, caller) => create(unit, 'n1', caller))
      expect(created).toHaveLength(1)
      expect(await read(store)).toEqual(created)
    })

    test('is not used up by a unit that fails afterwards', async () => {
      const store = await openNotes()
      await store.unit((unit) => write(unit, 'n1'))
      const failing = store.unit(async (unit) => {
        await consume(unit, 'n1')
        throw new Error('later check failed')
      })
      await expect(failing).rejects.toThrow('later check failed')
      expect(await race(store, (unit) => consume(unit, 'n1'))).toHaveLength(1)
    })
  })

  describe('a single write', () => {
    const insert = (queries: Pick<Store, 'in'>, id: string) =>
      table(queries.in(org)).insertInto('note').values(note(id)).execute()

    test('is written when its promise resolves', async () => {
      const store = await openNotes()
      expect(await store.write((queries) => insert(queries, 'n1').then(() => 'done'))).toBe('done')
      expect(await ids(store)).toEqual(['n1'])
    })

    test('is given to exactly one of fifty callers', async () => {
      const store = await openNotes()
      await store.write((queries) => insert(queries, 'n1'))
      const use = () =>
        store.write((queries) =>
          table(queries.in(org))
            .updateTable('note')
            .set({ used: 1 })
            .where('id', '=', 'n1')
            .where('used', '=', 0)
            .returningAll()
            .executeTakeFirst(),
        )
      expect((await Promise.all(Array.from({ length: 50 }, use))).filter(Boolean)).toHaveLength(1)
    })

    test('takes no second statement, and none inside a unit', async () => {
      const store = await openNotes()
      const twice = store.write(async (queries) => {
        await insert(queries, 'n1')
        await insert(queries, 'n2')
      })
      await expect(twice).rejects.toThrow('one statement')
      expect(await ids(store)).not.toContain('n2')
      const inside = store.unit(() => store.write((queries) => insert(queries, 'n3')))
      await expect(inside).rejects.toThrow('inside another')
    })
  })

  describe('values', () => {
    test('come back as they went in: large integers as numbers, text in any script, null', async () => {
      const store = await openNotes()
      const row = { ...note('n1'), body: "Ωmega “quotes” \\ ' 🦊 \n", at: Number.MAX_SAFE_INTEGER }
      await store.unit((unit) =>
        table(unit.in(org))
          .insertInto('note')
          .values([row, { ...note('n2'), body: null }])
          .execute(),
      )
      expect(await read(store)).toEqual([row, { ...note('n2'), body: null }])
    })

    test('counts, sums and exists are numbers; ids sort as bytes', async () => {
      const store = await openNotes()
      await store.unit(async (unit) => {
        for (const id of ['b', 'A', 'a', 'B', '_']) await write(unit, id)
      })
      const row = await table(store.in(org))
        .selectFrom('note')
        .select((eb) => [
          eb.fn.countAll<number>().as('count'),
          eb.fn.sum<number>('at').as('sum'),
          eb.exists(eb.selectFrom('note').select('id').where('id', '=', 'a')).as('has'),
        ])
        .executeTakeFirstOrThrow()
      expect(row).toEqual({ count: 5, sum: 5 * note('').at, has: 1 })
      expect(await ids(store)).toEqual(['A', 'B', '_', 'a', 'b'])
    })

    test('in lists may be empty', async () => {
      const store = await openNotes()
      await store.unit((unit) => write(unit, 'n1'))
      for (const queries of [store.in(org), store.across('look')]) {
        const all = table(queries).selectFrom('note').select('id')
        expect(await all.where('id', 'in', []).execute()).toEqual([])
        expect(await all.where('id', 'not in', []).execute()).toEqual([{ id: 'n1' }])
      }
    })

    test('of the wrong type, and text with U+0000, are refused', async () => {
      const store = await openNotes()
      const insert = (row: unknown) =>
        store.unit((unit) =>
          table(unit.in(org))
            .insertInto('note')
            .values(row as Note)
            .execute(),
        )
      await expect(insert({ ...note('n1'), at: 'yesterday' })).rejects.toThrow()
      await expect(insert({ ...note('n1'), used: 0.5 })).rejects.toThrow()
      await expect(insert({ ...note('n1'), body: 'a\0b' })).rejects.toThrow()
      expect(await ids(store)).toEqual([])
    })

    test('that look like SQL stay values', async () => {
      const store = await openNotes()
      const id = `'; drop table note; --`
      await store.unit((unit) => write(unit, id))
      expect(await ids(store)).toEqual([id])
    })

    test('numbers of affected rows are told', async () => {
      const store = await openNotes()
      const count = await store.unit(async (unit) => {
        await write(unit, 'n1')
        await write(unit, 'n2')
        return table(unit.in(org)).updateTable('note').set({ body: null }).executeTakeFirst()
      })
      expect(count.numUpdatedRows).toBe(2n)
    })
  })

  describe('outside a unit', () => {
    test('nothing can be written', async () => {
      const store = await openNotes()
      const notesIn = table(store.in(org))
      await expect(notesIn.insertInto('note').values(note('n1')).execute()).rejects.toThrow('store.unit')
      await expect(notesIn.deleteFrom('note').execute()).rejects.toThrow('store.unit')
      await expect(sql`delete from note`.execute(store.across('try'))).rejects.toThrow('store.unit')
      await expect(store.across('try').schema.dropTable('note').execute()).rejects.toThrow('store.unit')
    })

    test('transactions and connections are not to be had', async () => {
      const store = await openNotes()
      await expect(
        store
          .in(org)
          .transaction()
          .execute(async () => {}),
      ).rejects.toThrow('store.unit')
      await expect(
        store
          .across('try')
          .connection()
          .execute(async () => {}),
      ).rejects.toThrow('store.unit')
      await expect(store.in(org).destroy()).rejects.toThrow('store.unit')
      expect(await ids(store)).toEqual([])
    })
  })

  test('closing waits for the units that are under way and refuses new ones', async () => {
    const { url, remove } = await create()
    close.push(remove)
    const { openStore } = await import('./open.ts')
    const settings = { url, now: Date.now, migrations: [notes] }
    const store = await openStore(settings)
    const writing = store.unit((unit) => write(unit, 'n1'))
    await Promise.all([store.close(), store.close()])
    await writing
    await expect(store.unit((unit) => write(unit, 'n2'))).rejects.toThrow('closed')
    await expect(ids(store)).rejects.toThrow('closed')
    const again = await openStore(settings)
    expect(await ids(again)).toEqual(['n1'])
    await again.close()
  })

  describe('a signal', () => {
    test('is heard at once in this process, after the commit and before the caller goes on; not when the unit fails', async () => {
      const store = await openNotes()
      const heard: string[] = []
      const stop = store.onSignal((topic) => heard.push(topic))
      await store.unit(async (unit) => {
        unit.signal('clients')
        unit.signal('clients')
        unit.signal('keys')
        expect(heard).toEqual([])
      })
      expect(heard).toEqual(['clients', 'keys'])
      await store
        .unit(async (unit) => {
          unit.signal('policies')
          throw new Error('no')
        })
        .catch(() => {})
      stop()
      await store.unit(async (unit) => unit.signal('policies'))
      expect(heard).toEqual(['clients', 'keys'])
    })

    test('reaches other processes, by name or as “something changed”', async () => {
      const { url, remove } = await create()
      const { openStore } = await import('./open.ts')
      const settings = { url, now: Date.now, migrations: [notes] }
      const [one, two] = [await openStore(settings), await openStore(settings)]
      close.push(one.close, two.close, remove)
      const own: string[] = []
      one.onSignal((topic) => own.push(topic))
      const heard = new Promise<string>((resolve) => two.onSignal(resolve))
      await one.unit(async (unit) => {
        await write(unit, 'n1')
        unit.signal('clients')
      })
      expect(await heard).toBe(one.dialect === 'sqlite' ? '*' : 'clients')
      expect(await ids(two)).toEqual(['n1'])
      expect(own).toEqual(['clients'])
    })

    test('whose listener throws does not harm the unit or the other listeners', async () => {
      const logged: string[] = []
      const store = await open({ now: Date.now, migrations: [notes], log: (_level, message) => logged.push(message) })
      close.push(store.close)
      const heard: string[] = []
      store.onSignal(() => {
        throw new Error('broken listener')
      })
      store.onSignal((topic) => heard.push(topic))
      await store.unit(async (unit) => unit.signal('clients'))
      expect(heard).toEqual(['clients'])
      expect(logged).toEqual(['A listener of the store failed.'])
    })
  })

  test('counts statements and units', async () => {
    const store = await openNotes()
    const before = store.counts()
    await store.unit((unit) => write(unit, 'n1'))
    await ids(store)
    expect(store.counts()).toEqual({ statements: before.statements + 2, transactions: before.transactions + 1 })
  })
})
