import { CompiledQuery } from 'kysely'
import type { KyselyFactory, Run } from '../connection.ts'
import type { MigrationPlan } from '../migrate.ts'
import { migrationTable, portableSchema, runMigrations } from '../migrate.ts'
import type { ScopedTables } from '../scope.ts'
import { connectAlone } from './connection.ts'

// Any number will do, as long as every version uses the same.
const lockKey = 7_263_110_523

/** Brings the database up to date, under a lock when there is something to do, and says what tables it has. */
export async function migratePostgres(
  url: string,
  make: KyselyFactory,
  plan: MigrationPlan,
  now: () => number,
): Promise<ScopedTables> {
  const { run, exec, end } = await connectAlone(url)
  try {
    const exists = await texts(run, "select 'yes' as value where to_regclass('migration') is not null")
    if (exists.length === 0 || plan.pending(await recorded(run)).length > 0) {
      await exec('begin')
      // It goes with the transaction, and with the connection.
      await exec(`select pg_advisory_xact_lock(${lockKey})`)
      await exec(migrationTable)
      const db = make<unknown>(run, portableSchema('postgres'))
      await runMigrations(plan.pending(await recorded(run)), db, async (id) => {
        await run(CompiledQuery.raw('insert into migration (id, at) values ($1, $2)', [id, now()]))
      })
      await exec('commit')
    }
    const owned = await texts(
      run,
      "select table_name as value from information_schema.columns where column_name = 'org_id' and table_schema = current_schema()",
    )
    return { owned: new Set(owned), exempt: new Set(['migration']) }
  } finally {
    await end()
  }
}

async function texts(run: Run, sql: string): Promise<string[]> {
  const { rows } = await run(CompiledQuery.raw(sql))
  return rows.map((row) => String((row as { value: unknown }).value))
}

function recorded(run: Run): Promise<string[]> {
  return texts(run, 'select id as value from migration')
}
