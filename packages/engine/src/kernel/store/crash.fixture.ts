import { writeSync } from 'node:fs'
import type { Migration } from './migration.ts'
import { column } from './migration.ts'
import { openStore } from './open.ts'
import type { Store } from './store.ts'

/** Left and right half are written by one unit, with an event; a ticket may be taken once. */
export type CrashTables = {
  half: { org_id: string; id: string; side: string }
  ticket: { org_id: string; id: number; taken: number }
}

export const crashMigrations: readonly Migration[] = [
  {
    id: 'crash-0001-create',
    async up(db) {
      await db.schema
        .createTable('half')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.notNull())
        .addColumn('side', column.text, (c) => c.notNull())
        .addPrimaryKeyConstraint('half_pk', ['id', 'side'])
        .execute()
      await db.schema
        .createTable('ticket')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.integer, (c) => c.primaryKey())
        .addColumn('taken', column.flag, (c) => c.notNull())
        .execute()
    },
  },
]

export const openCrashStore = (url: string): Promise<Store> =>
  openStore({ url, now: Date.now, migrations: crashMigrations, subscribers: [{ name: 'audit', types: '*' }] })

const org = 'org_a'

/** Writes as fast as it can, and says on standard output what was acknowledged: `wrote ID`, `took ID`. */
async function writeUntilKilled(url: string, round: string): Promise<never> {
  const store = await openCrashStore(url)
  // Synchronous: what was acknowledged has been said before anything else can happen.
  const say = (line: string) => writeSync(1, `${line}\n`)
  const tickets = await store
    .in(org)
    .$extendTables<CrashTables>()
    .selectFrom('ticket')
    .select('id')
    .where('taken', '=', 0)
    .execute()

  const write = async (id: string) => {
    await store.unit(async (unit) => {
      const halves = unit.in(org).$extendTables<CrashTables>()
      await halves.insertInto('half').values({ org_id: org, id, side: 'left' }).execute()
      await unit.emit({ type: 'half.written', org, actor: { type: 'system' }, target: id })
      await halves.insertInto('half').values({ org_id: org, id, side: 'right' }).execute()
    })
    say(`wrote ${id}`)
  }
  const take = async (id: number) => {
    const taken = await store.unit((unit) =>
      unit
        .in(org)
        .$extendTables<CrashTables>()
        .updateTable('ticket')
        .set({ taken: 1 })
        .where('id', '=', id)
        .where('taken', '=', 0)
        .returning('id')
        .executeTakeFirst(),
    )
    if (taken) say(`took ${id}`)
  }
  const caller = async (name: number) => {
    for (let count = 0; ; count++) {
      await write(`${round}-${name}-${count}`)
      const ticket = tickets[count]
      if (ticket) await take(ticket.id)
    }
  }
  return Promise.race(Array.from({ length: 16 }, (_, name) => caller(name)))
}

const [, , url, round] = process.argv
if (url && round && import.meta.main) await writeUntilKilled(url, round)
