import { CompiledQuery } from 'kysely'
import type { KyselyFactory } from '../connection.ts'
import type { MigrationPlan } from '../migrate.ts'
import { migrationTable, portableSchema, runMigrations } from '../migrate.ts'
import type { ScopedTables } from '../scope.ts'
import type { PostgresConnection, PostgresPool } from './connection.ts'

// Any number will do, as long as every version uses the same.
const lockKey = 7_263_110_523

/** Brings the database up to date, under a lock when there is something to do, and says what tables it has. */
export async function migratePostgres(
  pool: PostgresPool,
  make: KyselyFactory,
  plan: MigrationPlan,
  now: () => number,
): Promise<ScopedTables> {
  const connection = await pool.connect(() => {})
  let broken = true
  try {
    const exists = await texts(connection, "select 'yes' as value where to_regclass('migration') is not null")
    if (exists.length === 0 || plan.pending(await recorded(connection)).length > 0) {
      await connection.exec('begin')
      // A migration, and another process's wait for it, may take as long as they need.
      await connection.exec('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
      // The transaction waits for the lock without being idle, and the lock goes with it.
      await connection.exec(`select pg_advisory_xact_lock(${lockKey})`)
      await connection.exec(migrationTable)
      const db = make<unknown>(connection.run, portableSchema('postgres'))
      await runMigrations(plan.pending(await recorded(connection)), db, async (id) => {
        await connection.run(CompiledQuery.raw('insert into migration (id, at) values ($1, $2)', [id, now()]))
      })
      await connection.exec('commit')
    }
    const owned = await texts(
      connection,
      "select table_name as value from information_schema.columns where column_name = 'org_id' and table_schema = current_schema()",
    )
    broken = false
    return { owned: new Set(owned), exempt: new Set(['migration']) }
  } finally {
    connection.release(broken)
  }
}

async function texts(connection: PostgresConnection, sql: string): Promise<string[]> {
  const { rows } = await connection.run(CompiledQuery.raw(sql))
  return rows.map((row) => String((row as { value: unknown }).value))
}

function recorded(connection: PostgresConnection): Promise<string[]> {
  return texts(connection, 'select id as value from migration')
}
