import type { OrganizationId } from '@cardea/protocol'
import type { Kysely } from 'kysely'
import type { NewEvent } from '../events/event.ts'
import type { DeliveryTable, EventTable } from '../events/tables.ts'
import type { JobTable } from '../jobs.ts'
import type { Statement } from './statement.ts'

/**
 * Every table of the engine. The folder that owns a table adds it here by declaration merging, so that a
 * query names only tables and columns that exist. Every table but the kernel's own has `org_id`.
 */
export interface Tables {
  event: EventTable
  delivery: DeliveryTable
  job: JobTable
}

/** Ways to query. Both give a Kysely; the first one can only see and write one organization's rows. */
export interface Queries {
  /** Adds `org_id = org` to every select, update and delete, on every table named, and to every row inserted. */
  in(org: OrganizationId): Kysely<Tables>
  /** Not scoped. `reason` names the operation (`'find a client by client_id'`) for logs and review. */
  across(reason: string): Kysely<Tables>
  /**
   * Runs a statement that was compiled before. In a unit, a change that gives no rows is not waited for: it travels
   * with what comes next, and the unit fails if it does.
   */
  run<P extends object, O>(statement: Statement<P, O>, parameters: P): Promise<readonly O[]>
}

/** A running unit of work. */
export interface Unit extends Queries {
  /** Writes the event in this unit: it exists exactly if the unit's changes do. */
  emit(event: NewEvent): Promise<void>
  /** Tells every process, once this unit has committed, that what `topic` names has changed. */
  signal(topic: string): void
}

/** The database. Queries outside a unit are reads; every write happens in a unit. */
export interface Store extends Queries {
  readonly dialect: 'sqlite' | 'postgres'
  /**
   * Runs `work` as one atomic unit and resolves after its commit. `work` awaits store verbs only: no hash,
   * no fetch, no signature inside. When it throws, nothing of it is written and the error is passed on.
   */
  unit<T>(work: (unit: Unit) => Promise<T>): Promise<T>
  /**
   * Runs one statement as a unit of its own: PostgreSQL needs no begin and commit for it. A second one is refused;
   * nothing can be emitted. For single-use verbs on hot paths.
   */
  write<T>(work: (queries: Queries) => Promise<T>): Promise<T>
  /**
   * Calls `listener` with the topic of every signal, from this process or another; `'*'` means that anything
   * may have changed. Returns the way to stop.
   */
  onSignal(listener: (topic: string) => void): () => void
  /** Calls `listener` with the types of the events that a unit of this process has committed. Returns the way to stop. */
  onEvents(listener: (types: readonly string[]) => void): () => void
  /** Statements (without begin, savepoint and commit) and units since start, for measurements. */
  counts(): { statements: number; transactions: number }
  close(): Promise<void>
}
