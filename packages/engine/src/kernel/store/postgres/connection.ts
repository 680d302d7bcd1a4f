import { Socket } from 'node:net'
import type { QueryResult } from 'kysely'
import pg from 'pg'
import type { Log } from '../../kernel.ts'
import type { Run, SqlStatement } from '../connection.ts'
import type { Readers } from './readers.ts'
import { createReaders } from './readers.ts'

/** One connection of the pool, held for a unit or a migration. */
export interface PostgresConnection {
  readonly run: Run
  /** Runs text without parameters; resolves to the command that the server completed (`COMMIT`, `ROLLBACK`). */
  exec(sql: string): Promise<string>
  /** Gives it back; a `broken` one is closed. */
  release(broken: boolean): void
}

export interface PostgresPool {
  /** Runs a statement by itself on any connection. */
  readonly run: Run
  /** Takes a connection out; `lost` is told when it breaks before it is released. */
  connect(lost: (error: Error) => void): Promise<PostgresConnection>
  end(): Promise<void>
}

/** How long a unit may keep its transaction without a statement. */
const idleInTransaction = 5_000
const connectTimeout = 10_000
/** The longest that one statement may take; what waits for a lock longer than this has lost. */
const statementTimeout = 30_000
/** When the server itself does not answer any more. */
const answerTimeout = 35_000
/** Connections beside the pool's that reads share. */
const sharedReaders = 3

// Object identifiers of pg_type: what comes back looks as it does from SQLite.
const int8 = 20
const numeric = 1700
const bool = 16

function toNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${text} is too large an integer.`)
  return value
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === int8 || oid === numeric) return toNumber
      if (oid === bool) return (text: string) => (text === 't' ? 1 : 0)
    }
    return pg.types.getTypeParser(oid, format)
  },
}

/** The settings every connection has. */
export function connectionSettings(url: string) {
  return {
    connectionString: url,
    application_name: 'cardea',
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  }
}

/** A socket that sends together what is written in one turn: a unit's begin goes with its first statement. */
function gatheringSocket(): Socket {
  const socket = new Socket()
  const write = socket.write.bind(socket)
  let pieces: Uint8Array[] = []
  const flush = () => {
    const gathered = pieces
    pieces = []
    if (gathered.length > 0) write(Buffer.concat(gathered))
  }
  const gather = (piece: Uint8Array, done?: () => void): boolean => {
    if (done) {
      flush()
      return write(piece, done)
    }
    if (pieces.push(piece) === 1) process.nextTick(flush)
    return true
  }
  const connect = socket.connect.bind(socket) as (...args: unknown[]) => Socket
  return Object.assign(socket, {
    connect(...args: unknown[]) {
      connect(...args)
      // Not before: connecting gives a socket its own `write` back.
      return Object.assign(socket, { write: gather })
    },
  })
}

const changing = ['INSERT', 'UPDATE', 'DELETE']

export function createPostgresPool(url: string, max: number, log: Log): PostgresPool {
  const settings = {
    ...connectionSettings(url),
    stream: gatheringSocket,
    // Statements are sent without waiting for the answer to the one before.
    pipeline: true,
    idle_in_transaction_session_timeout: idleInTransaction,
    statement_timeout: statementTimeout,
    query_timeout: answerTimeout,
  }
  const pool = new pg.Pool({ ...settings, max, idleTimeoutMillis: 0 })
  const readers = createReaders(settings, sharedReaders, log)
  pool.on('error', (error) => log('warn', 'PostgreSQL closed an idle connection.', { error }))

  // What is kept has a name: the server parses it once for each connection, and plans it a few times. Everything
  // else is planned for the values and sizes of the moment.
  const names = new Map<string, string>()
  const nameOf = (sql: string): string => {
    const name = names.get(sql) ?? `c${names.size}`
    names.set(sql, name)
    return name
  }

  const runOn = async (send: Readers['query'], query: SqlStatement): Promise<QueryResult<unknown>> => {
    const { command, rowCount, rows } = await send({
      ...(query.keep ? { name: nameOf(query.sql) } : {}),
      text: query.sql,
      values: [...query.parameters],
    })
    return changing.includes(command) ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows }
  }

  return {
    async run(query) {
      try {
        return await runOn(readers.query, query)
      } catch (error) {
        // A read can be made again; on a connection that has not broken, and without a name.
        if (!isStalePlan(error) && !isLost(error)) throw error
        const { rows } = await pool.query({ text: query.sql, values: [...query.parameters] })
        return { rows }
      }
    },
    async connect(lost) {
      const client = await pool.connect()
      client.on('error', lost)
      return {
        run: (query) => runOn((config) => client.query(config), query),
        async exec(sql) {
          return (await client.query(sql)).command
        },
        release(broken) {
          client.off('error', lost)
          client.release(broken)
        },
      }
    },
    async end() {
      await Promise.all([pool.end(), readers.end()])
    },
  }
}

/** A connection outside the pool, on which a statement may take as long as it needs. */
export async function connectAlone(
  url: string,
): Promise<Pick<PostgresConnection, 'run' | 'exec'> & { end(): Promise<void> }> {
  const client = new pg.Client(connectionSettings(url))
  // A lost connection shows in the statement that waits for its answer.
  client.on('error', () => {})
  await client.connect()
  return {
    async run({ sql, parameters }) {
      const { rows } = await client.query(sql, [...parameters])
      return { rows }
    },
    async exec(sql) {
      return (await client.query(sql)).command
    },
    end: () => client.end(),
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** A migration of another process has changed what a prepared statement returns; a fresh one works. */
export function isStalePlan(error: unknown): boolean {
  return codeOf(error) === '0A000' && error instanceof Error && error.message.includes('cached plan')
}

/** Whether the same transaction can succeed when it is tried again: serialization failure, deadlock. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

const lostCodes = new Set(['ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03', '08006', '08003'])

/** Whether the connection, or the server behind it, is gone. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined) return lostCodes.has(code)
  return error instanceof Error && /connection terminated|connection error|client was closed/i.test(error.message)
}

/** Whether the server has taken a statement and said nothing for `answerTimeout`: trying again would wait as long again. */
export function isSilent(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** The server ended a transaction that stood still. */
export function isStall(error: unknown): boolean {
  return codeOf(error) === '25P03'
}
