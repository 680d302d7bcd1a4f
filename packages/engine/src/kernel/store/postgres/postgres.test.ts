import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { freePort } from '@cardea/tooling/ports'
import { createTestDatabase } from '@cardea/tooling/postgres'
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Migration } from '../migration.ts'
import { column } from '../migration.ts'
import { openStore } from '../open.ts'
import type { Store, Unit } from '../store.ts'

const counters: Migration = {
  id: 'counter-0001-create',
  async up(db) {
    await db.schema
      .createTable('counter')
      .addColumn('org_id', column.text, (c) => c.notNull())
      .addColumn('id', column.text, (c) => c.primaryKey())
      .addColumn('value', column.integer, (c) => c.notNull())
      .execute()
  },
}
type Counters = { counter: { org_id: string; id: string; value: number } }

let url: string
let store: Store
let administrator: pg.Client
beforeEach(async () => {
  url = await createTestDatabase()
  store = await openStore({ url, now: Date.now, migrations: [counters] })
  administrator = new pg.Client(url)
  await administrator.connect()
  await administrator.query("insert into counter values ('org_a', 'x', 0), ('org_a', 'y', 0)")
})
afterEach(async () => {
  await administrator.end()
  await store.close()
})

const increment = (unit: Unit, id: string) =>
  unit
    .in('org_a')
    .$extendTables<Counters>()
    .updateTable('counter')
    .set((eb) => ({ value: eb('value', '+', 1) }))
    .where('id', '=', id)
    .execute()
const all = () => store.in('org_a').$extendTables<Counters>().selectFrom('counter').selectAll().orderBy('id').execute()
const values = async () => (await all()).map((row) => row.value)
const backend = async (unit: Unit) =>
  (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(unit.across('test'))).rows[0]?.pid

test('units that deadlock are tried again until both are written', async () => {
  const both = Promise.withResolvers<void>()
  let waiting = 0
  const meet = async () => {
    waiting++
    if (waiting === 2) both.resolve()
    await both.promise
  }
  const tries = { one: 0, two: 0 }
  const crosswise = (name: 'one' | 'two', first: string, second: string) =>
    store.unit(async (unit) => {
      tries[name]++
      await increment(unit, first)
      await meet()
      await increment(unit, second)
    })
  await Promise.all([crosswise('one', 'x', 'y'), crosswise('two', 'y', 'x')])
  expect(await values()).toEqual([2, 2])
  expect(tries.one + tries.two).toBe(3)
})

test('a unit that loses its connection before its commit is tried again and written once', async () => {
  let tries = 0
  await store.unit(async (unit) => {
    tries++
    await increment(unit, 'x')
    if (tries === 1) await administrator.query('select pg_terminate_backend($1)', [await backend(unit)])
    await increment(unit, 'y')
  })
  expect(tries).toBe(2)
  expect(await values()).toEqual([1, 1])
})

test('reads survive the loss of every connection', async () => {
  await Promise.all(Array.from({ length: 10 }, values))
  await administrator.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cardea' and datname = current_database()",
  )
  await expect(Promise.all(Array.from({ length: 10 }, values))).resolves.toHaveLength(10)
})

test('statements survive a migration by another process', async () => {
  for (let times = 0; times < 7; times++) await all()
  await administrator.query("alter table counter add column colour text not null default 'red'")
  expect(await all()).toMatchObject([
    { id: 'x', colour: 'red' },
    { id: 'y', colour: 'red' },
  ])
  await store.unit(async (unit) => {
    const rows = await unit
      .in('org_a')
      .$extendTables<Counters>()
      .selectFrom('counter')
      .selectAll()
      .orderBy('id')
      .execute()
    expect(rows).toMatchObject([
      { id: 'x', colour: 'red' },
      { id: 'y', colour: 'red' },
    ])
  })
})

test('when the connection that hears signals was lost, listeners are told that something may have changed', async () => {
  const heard: string[] = []
  const again = new Promise<void>((resolve) => store.onSignal((topic) => heard.push(topic) && resolve()))
  await administrator.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen cardea_signal' and datname = current_database()",
  )
  await again
  expect(heard).toEqual(['*'])
  const other = await openStore({ url, now: Date.now, migrations: [counters] })
  const next = new Promise<string>((resolve) => store.onSignal(resolve))
  await other.unit(async (unit) => unit.signal('keys'))
  expect(await next).toBe('keys')
  await other.close()
})

test('more units than connections wait their turn', async () => {
  await Promise.all(Array.from({ length: 100 }, () => store.unit((unit) => increment(unit, 'x'))))
  expect(await values()).toEqual([100, 0])
})

test('a database that cannot be reached is an error at the start', async () => {
  const nowhere = url.replace(/:\d+\//, ':1/')
  await expect(openStore({ url: nowhere, now: Date.now, migrations: [] })).rejects.toThrow('ECONNREFUSED')
})

/** A way to the database that can be cut, and is watched: `packets` came from us. */
async function openRoad(to: URL) {
  const sockets = new Set<Socket>()
  const packets: string[] = []
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    near.on('data', (chunk) => packets.push(chunk.toString('latin1')))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => sockets.delete(one) && other.destroy())
    }
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const port = await freePort()
  await listen(port)
  return {
    packets,
    url: Object.assign(new URL(to), { host: `127.0.0.1:${port}` }).href,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    mend: () => listen(port),
  }
}

test('what is sent in one turn is one packet: a unit begins with its first statement', async () => {
  const road = await openRoad(new URL(url))
  const remote = await openStore({ url: road.url, now: Date.now, migrations: [counters], poolSize: 1 })
  try {
    const look = (unit: Unit) =>
      unit.across('test').$extendTables<Counters>().selectFrom('counter').selectAll().execute()
    await remote.unit(look)
    road.packets.length = 0
    await remote.unit(look)
    expect(road.packets).toHaveLength(2)
    expect(road.packets[0]).toMatch(/begin.*select \* from "counter"/s)
    expect(road.packets[1]).toMatch(/commit/)
  } finally {
    await remote.close()
    await road.cut()
  }
})

test('T-CRA-02 while the database is gone calls fail; when it is back they work, without a restart', async () => {
  const road = await openRoad(new URL(url))
  const remote = await openStore({ url: road.url, now: Date.now, migrations: [counters] })
  const heard: string[] = []
  remote.onSignal((topic) => heard.push(topic))
  await remote.unit((unit) => increment(unit, 'x'))

  await road.cut()
  await expect(remote.unit((unit) => increment(unit, 'x'))).rejects.toThrow()
  await expect(remote.across('look').selectFrom('event').selectAll().execute()).rejects.toThrow()
  expect(await values()).toEqual([1, 0])

  await road.mend()
  await expect
    .poll(() =>
      remote
        .unit((unit) => increment(unit, 'x'))
        .then(
          () => 'written',
          () => 'failed',
        ),
    )
    .toBe('written')
  expect(await values()).toEqual([2, 0])
  await expect.poll(() => heard).toContain('*')
  await remote.close()
  await road.cut()
})
