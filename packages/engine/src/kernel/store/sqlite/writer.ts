import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers'
import type { Run } from '../connection.ts'
import type { RunningUnit } from '../running-unit.ts'
import type { Unit } from '../store.ts'
import type { SqliteConnection } from './connection.ts'
import { isBusy } from './connection.ts'

/** The one queue that writes to a SQLite file. */
export interface Writer {
  unit<T>(work: (unit: Unit) => Promise<T>): Promise<T>
  /** Runs `task` between two batches, when no transaction is open. */
  idle(task: () => void): void
  /** Waits for what is queued. */
  drain(): Promise<void>
}

interface Waiting {
  readonly work: (unit: Unit) => Promise<unknown>
  /** It was in a batch that another unit spoiled: this time each gets a savepoint. */
  again?: true
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

type Outcome = { readonly value: unknown } | Failed

interface Failed {
  readonly error: unknown
  readonly stalled?: true
}

/** Bounds how long the units of a batch wait for its commit, and the loop for everything else. */
const batchLimit = 500
const busyRetries = 200
const busyPause = 25

/**
 * Group commit: everything queued when a turn of the event loop ends shares one transaction and one fdatasync.
 * When a unit of several fails, all of it is rolled back, and they run again, each as a savepoint: SQLite copies
 * every page that is changed under one, which those that do not fail need not pay for. Work awaits store verbs only,
 * and those end within the turn: a unit that has not ended when the turn has is waiting for something else, would
 * keep everybody waiting, and fails.
 */
export function createWriter(
  connection: SqliteConnection,
  start: (run: Run) => RunningUnit,
  committed: (units: readonly RunningUnit[]) => void,
): Writer {
  const queue: Waiting[] = []
  const drained: (() => void)[] = []
  let scheduled = false
  let open = false
  let current: { readonly stall: () => void } | undefined

  const run: Run = async (query) => connection.run(query.sql, query.parameters)

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    // Both run in the same phase of the loop, with only microtasks between them.
    setImmediate(() => void batch(0))
    setImmediate(() => current?.stall())
  }

  const settled = () => {
    scheduled = false
    if (queue.length > 0) schedule()
    else for (const resolve of drained.splice(0)) resolve()
  }

  /** Ends the transaction as far as a broken file lets it: nobody may be left waiting, and nothing is thrown at nobody. */
  const abandon = () => {
    try {
      if (connection.inTransaction()) connection.exec('rollback')
    } catch {
      // The next batch cannot begin, and says why to whoever waits for it.
    }
  }

  /** Undoes a batch. The one that failed may have failed because of the others, but for one that stood still. */
  const spoiled = (others: readonly Waiting[], failed: Waiting, { error, stalled }: Failed) => {
    abandon()
    const certain = others.length === 0 || stalled
    if (certain) failed.reject(error)
    const again = certain ? others : [...others, failed]
    for (const one of again) one.again = true
    queue.unshift(...again)
  }

  const batch = async (tries: number): Promise<void> => {
    try {
      connection.exec('begin immediate')
    } catch (error) {
      if (isBusy(error) && tries < busyRetries) {
        setTimeout(() => {
          setImmediate(() => void batch(tries + 1))
          setImmediate(() => current?.stall())
        }, busyPause)
        return
      }
      for (const waiting of queue.splice(0)) waiting.reject(error)
      return settled()
    }
    open = true
    const done: { waiting: Waiting; unit: RunningUnit; value: unknown }[] = []
    const savepoints = queue[0]?.again === true
    let stalled = false
    while (done.length < batchLimit && !stalled) {
      const waiting = queue.shift()
      if (!waiting) break
      const unit = start(run)
      const outcome = await (savepoints ? runInSavepoint(waiting, unit) : runUnit(waiting, unit))
      if (!connection.inTransaction()) {
        // SQLite has rolled back everything by itself.
        const error = 'error' in outcome ? outcome.error : new Error('SQLite has rolled back the transaction.')
        for (const one of [...done, { waiting }]) one.waiting.reject(error)
        open = false
        return settled()
      }
      stalled = 'stalled' in outcome
      if ('value' in outcome) done.push({ waiting, unit, value: outcome.value })
      else if (savepoints) waiting.reject(outcome.error)
      else {
        const others = done.map((one) => one.waiting)
        spoiled(others, waiting, outcome)
        open = false
        return settled()
      }
    }
    try {
      connection.exec('commit')
    } catch (error) {
      abandon()
      for (const one of done) one.waiting.reject(error)
      open = false
      return settled()
    }
    open = false
    // Listeners come before the callers, who may read what a listener makes stale.
    committed(done.map((one) => one.unit))
    for (const one of done) one.waiting.resolve(one.value)
    settled()
  }

  const workAndWrite = async (waiting: Waiting, unit: RunningUnit): Promise<Outcome> => {
    const value = await waiting.work(unit.unit)
    const failure = unit.failure()
    if (failure) return failure
    await unit.writeEvents()
    await unit.flush()
    return { value }
  }

  const runUnit = async (waiting: Waiting, unit: RunningUnit): Promise<Outcome> => {
    const outcome = await new Promise<Outcome>((resolve) => {
      current = {
        stall() {
          const error = unit.stalled()
          unit.end(error)
          resolve({ error, stalled: true })
        },
      }
      workAndWrite(waiting, unit).then(resolve, (error: unknown) => resolve({ error }))
    })
    current = undefined
    unit.end()
    return outcome
  }

  const runInSavepoint = async (waiting: Waiting, unit: RunningUnit): Promise<Outcome> => {
    try {
      connection.exec('savepoint unit')
    } catch (error) {
      abandon()
      return { error }
    }
    const outcome = await runUnit(waiting, unit)
    try {
      if (connection.inTransaction()) {
        if ('error' in outcome) connection.exec('rollback to unit')
        connection.exec('release unit')
      }
    } catch (error) {
      abandon()
      return { error }
    }
    return outcome
  }

  return {
    unit<T>(work: (unit: Unit) => Promise<T>): Promise<T> {
      // The batch runs in whatever context scheduled it; the work runs in its caller's.
      const inContext = AsyncLocalStorage.snapshot()
      return new Promise<T>((resolve, reject) => {
        queue.push({
          work: (unit) => inContext(async () => work(unit)),
          resolve: resolve as (value: unknown) => void,
          reject,
        })
        schedule()
      })
    },
    idle(task) {
      if (!open) task()
    },
    drain: () => (scheduled ? new Promise((resolve) => drained.push(resolve)) : Promise.resolve()),
  }
}
