import { SqliteAdapter, SqliteQueryCompiler } from 'kysely'
import { createOutbox } from '../../events/outbox.ts'
import type { Run } from '../connection.ts'
import { createKyselyFactory } from '../connection.ts'
import type { StoreSettings } from '../open.ts'
import { createQueries } from '../queries.ts'
import type { Merge, RunningUnit } from '../running-unit.ts'
import { startUnit } from '../running-unit.ts'
import type { ScopedTables } from '../scope.ts'
import { createListeners } from '../signals.ts'
import type { Store } from '../store.ts'
import { createSqliteFile, openSqlite, whenFree } from './connection.ts'
import { migrateSqlite } from './migrate.ts'
import { createWriter } from './writer.ts'

const pollEvery = 500

/** Statements cost no round trip here. */
const asGiven: Merge = (statements) => statements

/** One file, one process that writes (others may): units share a queue, reads have a connection of their own. */
export async function openSqliteStore(file: string, settings: StoreSettings): Promise<Store> {
  const { log, now } = settings
  const make = createKyselyFactory({
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
  })
  createSqliteFile(file)
  const connection = await whenFree(() => openSqlite(file, { readOnly: false, busyTimeout: 50 }))
  let tables: ScopedTables
  try {
    tables = await migrateSqlite(connection, make, settings.plan, now)
  } catch (error) {
    connection.close()
    throw error
  }
  const reader = openSqlite(file, { readOnly: true, busyTimeout: 5000 })

  const outbox = createOutbox(settings.subscriptions, now)
  const signals = createListeners<string>(log)
  const events = createListeners<readonly string[]>(log)
  const queries = createQueries(make, () => tables, 'sqlite')
  let statements = 0
  let transactions = 0
  let closed: Promise<void> | undefined

  const counted =
    (run: Run): Run =>
    (query) => {
      statements++
      return run(query)
    }

  const committed = (units: readonly RunningUnit[]) => {
    const topics = new Set(units.flatMap((unit) => [...unit.topics]))
    for (const topic of topics) signals.call(topic)
    const types = new Set(units.flatMap((unit) => unit.events.map(({ type }) => type)))
    if (types.size > 0) events.call([...types])
  }
  const writer = createWriter(connection, (run) => startUnit(counted(run), queries.inUnit, outbox, asGiven), committed)

  // Changes only when another connection has committed, and this process writes with this one alone.
  const version = () => connection.run('pragma data_version', []).rows[0]
  let seen = JSON.stringify(version())
  const poll = setInterval(() => {
    writer.idle(() => {
      const current = JSON.stringify(version())
      if (current === seen) return
      seen = current
      signals.call('*')
    })
  }, pollEvery)
  poll.unref()

  const refuseClosed = () => {
    if (closed) throw new Error('The store is closed.')
  }
  const outside = queries.reading(
    counted(async (query) => {
      refuseClosed()
      return reader.run(query.sql, query.parameters)
    }),
  )

  return {
    dialect: 'sqlite',
    ...outside,
    async unit(work) {
      refuseClosed()
      transactions++
      return writer.unit(work)
    },
    async write(work) {
      refuseClosed()
      transactions++
      return writer.unit(async (unit) => {
        const before = statements
        const result = await work(unit)
        if (statements - before > 1) throw new Error('store.write is for one statement: use store.unit(…) for more.')
        return result
      })
    },
    onSignal: signals.add,
    onEvents: events.add,
    counts: () => ({ statements, transactions }),
    close() {
      closed ??= (async () => {
        clearInterval(poll)
        await writer.drain()
        reader.close()
        connection.close()
      })()
      return closed
    },
  }
}
