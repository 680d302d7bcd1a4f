import { setTimeout as pause } from 'node:timers/promises'
import type { Run } from '../connection.ts'
import type { RunningUnit } from '../running-unit.ts'
import { stalledUnit } from '../running-unit.ts'
import type { Unit } from '../store.ts'
import type { PostgresConnection, PostgresPool } from './connection.ts'
import { isConflict, isStalePlan, isStall } from './connection.ts'

const maxTries = 12
const longestPause = 250

/**
 * Runs units as transactions (READ COMMITTED) on connections of the pool. One that lost against another is
 * tried again from the start: its work does nothing but query, so nothing happens twice.
 */
export function createUnits(
  pool: PostgresPool,
  start: (run: Run) => RunningUnit,
  notify: (topics: ReadonlySet<string>, connection: PostgresConnection) => Promise<unknown> | undefined,
  committed: (unit: RunningUnit) => void,
) {
  return async function unit<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await once(work)
      } catch (error) {
        const again = isConflict(error) || isStalePlan(error)
        if (!again || tries === maxTries) throw isStall(error) ? stalledUnit() : error
        await pause(Math.random() * Math.min(longestPause, 2 ** tries))
      }
    }
  }

  async function once<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
    let running: RunningUnit | undefined
    let lose: (error: Error) => void = () => {}
    const lost = new Promise<never>((_, reject) => {
      lose = (error) => {
        running?.end(error)
        reject(error)
      }
    })
    lost.catch(() => {})
    const connection = await pool.connect((error) => lose(error))
    let broken = true
    try {
      // Not waited for: it travels with the unit's first statement.
      const begun = connection.exec('begin')
      begun.catch(() => {})
      running = start(connection.run)
      const value = await Promise.race([attempt(work, running, connection, begun), lost])
      broken = false
      committed(running)
      return value
    } catch (error) {
      running?.end()
      // Closing the connection is the one rollback that needs no answer; after a plain refusal it can be kept.
      broken =
        isStalePlan(error) ||
        (await connection.exec('rollback').then(
          () => false,
          () => true,
        ))
      throw error
    } finally {
      running?.end()
      connection.release(broken)
    }
  }

  async function attempt<T>(
    work: (unit: Unit) => Promise<T>,
    running: RunningUnit,
    connection: PostgresConnection,
    begun: Promise<unknown>,
  ): Promise<T> {
    const value = await work(running.unit)
    const failure = running.failure()
    if (failure) throw failure.error
    // All of these travel together with the commit, which PostgreSQL turns into a rollback if one of them fails.
    const last = [begun, running.writeEvents(), notify(running.topics, connection)]
    const commit = connection.exec('commit')
    commit.catch(() => {})
    await Promise.all(last)
    if ((await commit) !== 'COMMIT') {
      throw running.failure()?.error ?? new Error('PostgreSQL has rolled back a unit of work.')
    }
    return value
  }
}
