import { setTimeout as pause } from 'node:timers/promises'
import type { Run } from '../connection.ts'
import type { RunningUnit } from '../running-unit.ts'
import type { Unit } from '../store.ts'
import type { PostgresConnection, PostgresPool } from './connection.ts'
import { isConflict, isLost, isStalePlan, isStall } from './connection.ts'

const maxTries = 12
const longestPause = 250

/** One try of a unit: over, or to be made again because nothing of it has happened. */
type Try<T> = { readonly value: T } | { readonly again: unknown }

/**
 * Runs units as transactions (READ COMMITTED) on connections of the pool. One that lost against another, or its
 * connection before the commit was sent, is tried again from the start: its work does nothing but query, so
 * nothing happens twice.
 */
export function createUnits(
  pool: PostgresPool,
  start: (run: Run) => RunningUnit,
  notify: (topics: ReadonlySet<string>, connection: PostgresConnection) => Promise<unknown> | undefined,
  committed: (unit: RunningUnit) => void,
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
    const connection = await pool.connect(loss.reject)
    const running = start(connection.run)
    const sent = { commit: false }
    let broken = false
    try {
      const value = await Promise.race([attempt(work, running, connection, sent), loss.promise])
      committed(running)
      return { value }
    } catch (error) {
      running.end()
      const lost = isLost(error)
      broken = lost || isStall(error) || isStalePlan(error) || !(await rolledBack(connection))
      if (isStall(error)) throw running.stalled()
      if (isConflict(error) || isStalePlan(error) || (lost && !sent.commit)) return { again: error }
      throw error
    } finally {
      running.end()
      connection.release(broken)
    }
  }

  async function attempt<T>(
    work: (unit: Unit) => Promise<T>,
    running: RunningUnit,
    connection: PostgresConnection,
    sent: { commit: boolean },
  ): Promise<T> {
    // Not waited for: it travels with the unit's first statement.
    const begun = connection.exec('begin')
    begun.catch(() => {})
    const value = await work(running.unit)
    const failure = running.failure()
    if (failure) throw failure.error
    // All of these travel together with the commit, which PostgreSQL turns into a rollback if one of them fails.
    const last = [begun, running.finish(), notify(running.topics, connection)]
    sent.commit = true
    const commit = connection.exec('commit')
    commit.catch(() => {})
    await Promise.all(last)
    if ((await commit) !== 'COMMIT') {
      throw running.failure()?.error ?? new Error('PostgreSQL has rolled back a unit of work.')
    }
    return value
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
