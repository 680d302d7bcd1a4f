import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import type { QueryResult } from 'kysely'

/** One connection to a SQLite file. Calls return when SQLite has finished. */
export interface SqliteConnection {
  run(sql: string, parameters: readonly unknown[]): QueryResult<unknown>
  exec(sql: string): void
  /** Whether a transaction is open; some errors (disk full, I/O) make SQLite roll all of it back. */
  inTransaction(): boolean
  close(): void
}

const keptStatements = 500

/** Makes the file for its owner's eyes; SQLite gives its write-ahead log the same mode. */
export function createSqliteFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
}

/** Opens an existing file. Times out after `busyTimeout` ms when another process holds the lock. */
export function openSqlite(file: string, options: { readOnly: boolean; busyTimeout: number }): SqliteConnection {
  const database = new DatabaseSync(file, { readOnly: options.readOnly, timeout: options.busyTimeout })
  try {
    if (!options.readOnly) database.exec('pragma journal_mode = wal; pragma synchronous = full')
    // Otherwise what a savepoint may have to bring back goes to a file in the system's temporary folder.
    database.exec('pragma temp_store = memory; pragma foreign_keys = on; pragma trusted_schema = off')
  } catch (error) {
    database.close()
    throw error
  }

  const statements = new Map<string, { statement: StatementSync; reads: boolean }>()
  const prepare = (sql: string) => {
    const known = statements.get(sql)
    if (known) return known
    const statement = database.prepare(sql)
    const made = { statement, reads: statement.columns().length > 0 }
    // The oldest goes: texts that come once (an `in` list of an unusual length) must not pile up.
    const [oldest] = statements.size >= keptStatements ? statements.keys() : []
    if (oldest !== undefined) statements.delete(oldest)
    statements.set(sql, made)
    return made
  }

  return {
    run(sql, parameters) {
      const { statement, reads } = prepare(sql)
      for (const value of parameters) {
        if (typeof value === 'string' && value.includes('\0')) throw new Error('A text must not contain U+0000.')
      }
      // Kysely types parameters as unknown; node:sqlite itself refuses what it cannot bind.
      const values = parameters as SQLInputValue[]
      if (reads) return { rows: statement.all(...values) }
      return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
    },
    exec: (sql) => database.exec(sql),
    inTransaction: () => database.isTransaction,
    close() {
      statements.clear()
      if (database.isOpen) database.close()
    },
  }
}

/** Whether another process holds the lock that this call needed (SQLITE_BUSY and its extended codes). */
export function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5
  )
}

const lockPause = 50
const lockTries = 1_200

/** Does what needs the file for itself; waits, without blocking, for a process that starts or migrates it (at most a minute and the busy times). */
export async function whenFree<T>(task: () => T): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return task()
    } catch (error) {
      if (!isBusy(error) || tries === lockTries) throw error
      await pause(lockPause)
    }
  }
}
