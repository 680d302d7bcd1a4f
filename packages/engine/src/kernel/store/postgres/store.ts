import { PostgresAdapter, PostgresQueryCompiler } from 'kysely'
import { createOutbox } from '../../events/outbox.ts'
import type { Run } from '../connection.ts'
import { createKyselyFactory } from '../connection.ts'
import type { StoreSettings } from '../open.ts'
import { createQueries } from '../queries.ts'
import type { RunningUnit } from '../running-unit.ts'
import { startUnit } from '../running-unit.ts'
import type { ScopedTables } from '../scope.ts'
import { createListeners } from '../signals.ts'
import type { Store } from '../store.ts'
import { createPostgresPool } from './connection.ts'
import { createGroupCommit } from './group.ts'
import { createMerge } from './merge.ts'
import { migratePostgres } from './migrate.ts'
import type { PostgresSignals } from './signals.ts'
import { listenToPostgres } from './signals.ts'
import { createUnits } from './unit.ts'

/** One database for any number of processes. */
export async function openPostgresStore(url: string, settings: StoreSettings): Promise<Store> {
  const { log, now } = settings
  const compiler = new PostgresQueryCompiler()
  const make = createKyselyFactory({
    createQueryCompiler: () => compiler,
    createAdapter: () => new PostgresAdapter(),
  })
  const heard = createListeners<string>(log)
  const events = createListeners<readonly string[]>(log)
  const pool = createPostgresPool(url, settings.poolSize, log)
  let tables: ScopedTables
  let signals: PostgresSignals
  try {
    tables = await migratePostgres(url, make, settings.plan, now)
    signals = await listenToPostgres(url, heard.call, log)
  } catch (error) {
    await pool.end()
    throw error
  }

  const outbox = createOutbox(settings.subscriptions, now)
  const queries = createQueries(make, () => tables, 'postgres')
  let statements = 0
  let transactions = 0
  let closed: Promise<void> | undefined
  const running = new Set<Promise<unknown>>()

  const counted =
    (run: Run): Run =>
    (query) => {
      statements++
      return run(query)
    }
  const committed = (unit: RunningUnit) => {
    for (const topic of unit.topics) heard.call(topic)
    if (unit.events.length > 0) events.call(unit.events.map(({ type }) => type))
  }
  const merge = createMerge(compiler)
  const group = createGroupCommit(pool, Math.max(2, settings.poolSize - 2))
  const unit = createUnits(
    pool,
    group,
    (run) => startUnit(counted(run), queries.inUnit, outbox, merge),
    signals.notify,
    committed,
    (more) => {
      statements += more
    },
  )

  const refuseClosed = () => {
    if (closed) throw new Error('The store is closed.')
  }
  const outside = queries.reading(
    counted(async (query) => {
      refuseClosed()
      return pool.run(query)
    }),
  )

  return {
    dialect: 'postgres',
    ...outside,
    async unit(work) {
      refuseClosed()
      transactions++
      const result = unit(work)
      running.add(result)
      try {
        return await result
      } finally {
        running.delete(result)
      }
    },
    async write(work) {
      refuseClosed()
      transactions++
      let used = false
      const once = counted(async (query) => {
        if (used) throw new Error('store.write is for one statement: use store.unit(…) for more.')
        used = true
        const [result = { rows: [] }] = await group.write([query])
        return result
      })
      const result = work(queries.inUnit(once))
      running.add(result)
      try {
        return await result
      } finally {
        running.delete(result)
      }
    },
    onSignal: heard.add,
    onEvents: events.add,
    counts: () => ({ statements, transactions }),
    close() {
      closed ??= (async () => {
        await Promise.allSettled(running)
        await signals.close()
        await pool.end()
      })()
      return closed
    },
  }
}
