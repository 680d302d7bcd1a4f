import type { QueryResult } from 'kysely'
import type { NewEvent } from '../events/event.ts'
import type { Outbox } from '../events/outbox.ts'
import type { Run, SqlStatement } from './connection.ts'
import type { QueriesOver } from './queries.ts'
import type { Unit } from './store.ts'

/** Gives statements that do the same, all together, as those given. */
export type Merge = (statements: readonly SqlStatement[]) => readonly SqlStatement[]

/** A unit while it runs, as the database's writer sees it. */
export interface RunningUnit {
  readonly unit: Unit
  readonly topics: ReadonlySet<string>
  readonly events: readonly NewEvent[]
  /** What made the unit fail, also when its work has swallowed the error. */
  failure(): { readonly error: unknown } | undefined
  /** Adds the events that were emitted, the last statements of the unit. Begins at once. */
  writeEvents(): Promise<void>
  /** Takes the changes that nobody waits for and that have not been run. */
  take(): readonly SqlStatement[]
  /** Runs what `take` would give, and waits for it and for what was run before. Begins at once. */
  flush(): Promise<void>
  /** The error to end it with when it keeps its transaction waiting. */
  stalled(): Error
  /** From now on every statement of it is refused; with `reason`, the unit counts as failed. */
  end(reason?: Error): void
}

/**
 * Starts a unit over a connection that is inside its transaction. A statement that fails dooms the unit on
 * both databases, as PostgreSQL does by itself: to expect a conflict, write `on conflict do nothing`.
 */
export function startUnit(run: Run, queriesOver: QueriesOver, outbox: Outbox, merge: Merge): RunningUnit {
  const topics = new Set<string>()
  const events: ReturnType<Outbox['stamp']>[] = []
  let over: { readonly reason?: Error } | undefined
  let last: string | undefined
  let failure: { error: unknown } | undefined

  const refuseLate = () => {
    // Made here, not where the unit ends: every unit ends, and an error takes the stack.
    if (over) throw over.reason ?? new Error('This unit of work is over: a statement came after its work had returned.')
  }
  const refuse = () => {
    refuseLate()
    if (failure) throw failure.error
  }
  const send = async (query: SqlStatement): Promise<QueryResult<unknown>> => {
    try {
      return await run(query)
    } catch (error) {
      failure ??= { error }
      throw error
    }
  }
  /** Changes without rows wait for the next statement that has some, or for the end. */
  let later: SqlStatement[] = []
  const sent: Promise<unknown>[] = []
  const take = () => {
    const taken = merge(later)
    later = []
    return taken
  }
  const sendLater = () => {
    for (const query of take()) {
      const running = send(query)
      // Told by `flush`; until then it is not an unhandled rejection.
      running.catch(() => {})
      sent.push(running)
    }
  }
  const guarded = async (query: SqlStatement): Promise<QueryResult<unknown>> => {
    refuse()
    last = query.sql
    sendLater()
    return send(query)
  }
  const queries = queriesOver(guarded, (query) => {
    refuse()
    later.push(query)
  })
  const writeEvents = async () => {
    if (events.length > 0) await outbox.write(queries, events)
  }

  return {
    topics,
    events,
    unit: {
      ...queries,
      async emit(event) {
        refuseLate()
        events.push(outbox.stamp(event))
      },
      signal(topic) {
        refuseLate()
        topics.add(topic)
      },
    },
    failure: () => failure,
    writeEvents,
    take,
    async flush() {
      sendLater()
      await Promise.all(sent)
    },
    stalled: () =>
      new Error(
        `A unit of work awaited something other than the store, after ${last ?? 'no statement'}, and was rolled back: do it before the unit, or after.`,
      ),
    end(reason) {
      if (reason) failure ??= { error: reason }
      over ??= reason ? { reason } : {}
    },
  }
}
