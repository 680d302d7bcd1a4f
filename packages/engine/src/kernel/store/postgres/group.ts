import { setTimeout as pause } from 'node:timers/promises'
import type { QueryResult } from 'kysely'
import type { SqlStatement } from '../connection.ts'
import type { PostgresConnection, PostgresPool } from './connection.ts'
import { isConflict, isLost, isSilent, isStalePlan } from './connection.ts'

/** Writes units whose statements are all known beforehand. */
export interface GroupCommit {
  /** Runs the statements of one unit, all or none; resolves after the commit with what each gave. */
  write(statements: readonly SqlStatement[]): Promise<readonly QueryResult<unknown>[]>
}

interface Waiting {
  readonly statements: readonly SqlStatement[]
  readonly resolve: (results: readonly QueryResult<unknown>[]) => void
  readonly reject: (error: unknown) => void
}

const isGone = (error: unknown) => isLost(error) || isSilent(error)

/** Transactions under way at once: while one waits for the disk, another gathers and is sent. */
const lanes = 2
/** After this long a transaction waits for somebody's lock, not for the disk: what is behind it goes on, one by one. */
const patience = 50
const batchLimit = 100
const maxTries = 12
const longestPause = 250

/**
 * Group commit, as on SQLite: what is asked for in one turn of the event loop, or while the lanes are busy, is one
 * transaction, one packet and one flush of the log. When a statement fails, PostgreSQL has undone the whole batch,
 * and every unit of it is tried by itself: one cannot spoil the others. A unit whose connection was lost is told so;
 * it may have been written.
 */
export function createGroupCommit(pool: PostgresPool, mostLanes: number): GroupCommit {
  const queue: Waiting[] = []
  let busy = 0
  let scheduled = false
  let held: NodeJS.Timeout | undefined

  const start = (most: number) => {
    if (queue.length === 0) return
    busy += 1
    commit(queue.splice(0, most)).finally(() => {
      busy -= 1
      clearTimeout(held)
      held = undefined
      schedule()
    })
    schedule()
  }
  const schedule = () => {
    if (scheduled || queue.length === 0) return
    if (busy < lanes) {
      scheduled = true
      setImmediate(() => {
        scheduled = false
        start(batchLimit)
      })
    } else if (busy < mostLanes) {
      held ??= setTimeout(() => {
        held = undefined
        start(1)
      }, patience)
    }
  }

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    const [only, ...others] = batch
    if (only && others.length === 0) {
      await alone(only)
      return
    }
    const outcome = await attempt(batch.map(({ statements }) => statements))
    if ('results' in outcome) {
      for (const [index, one] of batch.entries()) one.resolve(outcome.results[index] ?? [])
    } else if (outcome.unsent || isGone(outcome.error)) {
      for (const one of batch) one.reject(outcome.error)
    } else {
      let gone: { readonly error: unknown } | undefined
      for (const one of batch) {
        // None of them would fare better than the one before, and each would wait as long.
        if (gone) one.reject(gone.error)
        else gone = await alone(one)
      }
    }
  }

  /** The error, when it was the database that went away. */
  const alone = async ({ statements, resolve, reject }: Waiting): Promise<{ readonly error: unknown } | undefined> => {
    for (let tries = 1; ; tries++) {
      const outcome = await attempt([statements])
      if ('results' in outcome) {
        resolve(outcome.results[0] ?? [])
        return undefined
      }
      const again = isConflict(outcome.error) || isStalePlan(outcome.error)
      if (!again || tries === maxTries) {
        reject(outcome.error)
        return outcome.unsent || isGone(outcome.error) ? outcome : undefined
      }
      await pause(Math.random() * Math.min(longestPause, 2 ** tries))
    }
  }

  type Outcome =
    | { readonly results: readonly (readonly QueryResult<unknown>[])[] }
    /** `unsent`: there was no connection to be had, and for the next unit there would be none either. */
    | { readonly error: unknown; readonly unsent?: true }

  const attempt = async (units: readonly (readonly SqlStatement[])[]): Promise<Outcome> => {
    let connection: PostgresConnection
    try {
      // A loss shows in the statements that wait for their answers.
      connection = await pool.connect(() => {})
    } catch (error) {
      return { error, unsent: true }
    }
    const outcome = await send(connection, units)
    const broken = 'error' in outcome && (isGone(outcome.error) || isStalePlan(outcome.error))
    connection.release(broken)
    return outcome
  }

  const send = async (
    connection: PostgresConnection,
    units: readonly (readonly SqlStatement[])[],
  ): Promise<Outcome> => {
    const [single, ...more] = units.flat()
    if (single && more.length === 0) {
      // PostgreSQL makes a transaction of a single statement by itself.
      return connection.run(single).then(
        (result) => ({ results: [[result]] }),
        (error: unknown) => ({ error }),
      )
    }
    const begun = connection.exec('begin')
    const running = units.map((statements) => statements.map((statement) => connection.run(statement)))
    const committed = connection.exec('commit')
    const settled = await Promise.allSettled([begun, ...running.flat(), committed])
    const failed = settled.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown)
    // After the first error every other statement is refused with 25P02, and the commit is a rollback.
    if (failed.length > 0) return { error: failed[0] }
    if ((await committed) !== 'COMMIT') return { error: new Error('PostgreSQL has rolled back a unit of work.') }
    return { results: await Promise.all(running.map((results) => Promise.all(results))) }
  }

  return {
    write: (statements) =>
      new Promise((resolve, reject) => {
        queue.push({ statements, resolve, reject })
        schedule()
      }),
  }
}
