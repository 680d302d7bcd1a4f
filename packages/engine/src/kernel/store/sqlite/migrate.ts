import type { KyselyFactory } from '../connection.ts'
import type { MigrationPlan } from '../migrate.ts'
import { migrationTable, portableSchema, runMigrations } from '../migrate.ts'
import type { ScopedTables } from '../scope.ts'
import type { SqliteConnection } from './connection.ts'
import { whenFree } from './connection.ts'

/** Brings the file up to date, under its lock when there is something to do, and says what tables it has. */
export async function migrateSqlite(
  connection: SqliteConnection,
  make: KyselyFactory,
  plan: MigrationPlan,
  now: () => number,
): Promise<ScopedTables> {
  const exists = connection.run("select 1 from sqlite_schema where name = 'migration'", []).rows.length > 0
  if (!exists || plan.pending(recorded(connection)).length > 0) {
    await whenFree(() => connection.exec('begin exclusive'))
    try {
      connection.exec(`${migrationTable} strict`.replace('bigint', 'integer'))
      const db = make<unknown>(async (query) => connection.run(query.sql, query.parameters), portableSchema('sqlite'))
      await runMigrations(plan.pending(recorded(connection)), db, async (id) => {
        connection.run('insert into migration (id, at) values (?, ?)', [id, now()])
      })
      connection.exec('commit')
    } catch (error) {
      if (connection.inTransaction()) connection.exec('rollback')
      throw error
    }
  }
  return tablesOf(connection)
}

function recorded(connection: SqliteConnection): string[] {
  return connection.run('select id from migration', []).rows.map((row) => String((row as { id: unknown }).id))
}

function tablesOf(connection: SqliteConnection): ScopedTables {
  const { rows } = connection.run(
    "select t.name from sqlite_schema t join pragma_table_info(t.name) c where t.type = 'table' and c.name = 'org_id'",
    [],
  )
  return {
    owned: new Set(rows.map((row) => String((row as { name: unknown }).name))),
    exempt: new Set(['migration']),
  }
}
