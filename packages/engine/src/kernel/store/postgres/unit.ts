import { setTimeout as pause } from 'node:timers/promises'
import type { Run, SqlStatement } from '../connection.ts'
import type { RunningUnit } from '../running-unit.ts'
import type { Unit } from '../store.ts'
import type { PostgresConnection, PostgresPool } from './connection.ts'
import { isConflict, isLost, isStalePlan, isStall } from './connection.ts'
import type { GroupCommit } from './group.ts'

const maxTries = 12
const longestPause = 250

/** One try of a unit: over, or to be made again because nothing of it has happened. */
type Try<T> = { readonly value: T } | { readonly again: unknown }

/** A connection that is taken, and a transaction begun, when the first statement needs an answer. */
interface Transaction {
  readonly run: Run
  readonly opened: () => Promise<Opened> | undefined
}

interface Opened {
  readonly connection: PostgresConnection
  readonly begun: Promise<unknown>
}

/**
 * Runs units as transactions (READ COMMITTED) on connections of the pool. One that lost against another, or its
 * connection before the commit was sent, is tried again from the start: its work does nothing but query, so
 * nothing happens twice. A unit that only writes, and needs no answer, shares a transaction with others.
 */
export function createUnits(
  pool: PostgresPool,
  group: GroupCommit,
  start: (run: Run) => RunningUnit,
  notify: (topics: ReadonlySet<string>) => SqlStatement | undefined,
  committed: (unit: RunningUnit) => void,
  count: (statements: number) => void,
) {
  return async function unit<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const outcome = await once(work)
      if ('value' in outcome) return outcome.value
      if (tries === maxTries) throw outcome.again
      await pause(Math.random() * Math.min(longestPause, 2 ** tries))
    }
  }

  async function once<T>(work: (unit: Unit) => Promise<T>): Promise<Try<T>> {
    const loss = Promise.withResolvers<never>()
    loss.promise.catch(() => {})
    const transaction = lazily(loss.reject)
    const running = start(transaction.run)
    const sent = { commit: false }
    let broken = false
    try {
      const value = await Promise.race([attempt(work, running, transaction, sent), loss.promise])
      committed(running)
      return { value }
    } catch (error) {
      running.end()
      const lost = isLost(error)
      const opened = await transaction.opened()?.catch(() => undefined)
      broken = lost || isStall(error) || isStalePlan(error) || !(opened && (await rolledBack(opened.connection)))
      if (isStall(error)) throw running.stalled()
      if (isConflict(error) || isStalePlan(error) || (lost && !sent.commit)) return { again: error }
      throw error
    } finally {
      running.end()
      const opened = await transaction.opened()?.catch(() => undefined)
      opened?.connection.release(broken)
    }
  }

  function lazily(lost: (error: Error) => void): Transaction {
    let opening: Promise<Opened> | undefined
    let connection: PostgresConnection | undefined
    const open = async (): Promise<Opened> => {
      connection = await pool.connect(lost)
      // Not waited for: it travels with the unit's first statement.
      const begun = connection.exec('begin')
      begun.catch(() => {})
      return { connection, begun }
    }
    return {
      opened: () => opening,
      run(query) {
        opening ??= open()
        // Sent at once where that is possible: what is run before the commit must be sent before it.
        return connection ? connection.run(query) : opening.then((opened) => opened.connection.run(query))
      },
    }
  }

  async function attempt<T>(
    work: (unit: Unit) => Promise<T>,
    running: RunningUnit,
    transaction: Transaction,
    sent: { commit: boolean },
  ): Promise<T> {
    const value = await work(running.unit)
    const failure = running.failure()
    if (failure) throw failure.error
    const written = running.writeEvents()
    const opening = transaction.opened()
    if (!opening) {
      await written
      const statements = running.take()
      const signal = notify(running.topics)
      count(statements.length)
      sent.commit = true
      if (statements.length > 0 || signal) await group.write(signal ? [...statements, signal] : statements)
      return value
    }
    const { connection, begun } = await opening
    await finish(running, connection, [begun, written], sent)
    return value
  }

  async function finish(
    running: RunningUnit,
    connection: PostgresConnection,
    before: readonly Promise<unknown>[],
    sent: { commit: boolean },
  ): Promise<void> {
    const signal = notify(running.topics)
    // All of these travel together with the commit, which PostgreSQL turns into a rollback if one of them fails.
    const last = [...before, running.flush(), signal && connection.run(signal)]
    sent.commit = true
    const commit = connection.exec('commit')
    commit.catch(() => {})
    await Promise.all(last)
    if ((await commit) !== 'COMMIT') {
      throw running.failure()?.error ?? new Error('PostgreSQL has rolled back a unit of work.')
    }
  }
}

async function rolledBack(connection: PostgresConnection): Promise<boolean> {
  try {
    await connection.exec('rollback')
    return true
  } catch {
    return false
  }
}
