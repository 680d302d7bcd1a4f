import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Subscription } from '../events/subscriber.ts'
import { eventMigrations } from '../events/tables.ts'
import type { Log } from '../kernel.ts'
import type { MigrationPlan } from './migrate.ts'
import { planMigrations } from './migrate.ts'
import type { Migration } from './migration.ts'
import { refuseNesting } from './nesting.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  /** `postgres://…`, `file:…` or the path of a SQLite file; its folder is made when missing. */
  readonly url: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Of all nouns and features, in the order they are to run. The kernel's own come first by themselves. */
  readonly migrations: readonly Migration[]
  /** Who wants which events; each event gets a delivery for each of them. */
  readonly subscribers?: readonly Subscription[]
  readonly log?: Log
  /** Connections to PostgreSQL; 10 unless told. */
  readonly poolSize?: number
}

/** The options as both databases take them. */
export interface StoreSettings {
  readonly now: () => number
  readonly plan: MigrationPlan
  readonly subscriptions: readonly Subscription[]
  readonly log: Log
  readonly poolSize: number
}

/** Opens the database, brings its schema up to date, and resolves when it can be used. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const settings: StoreSettings = {
    now: options.now,
    plan: planMigrations([...eventMigrations, ...options.migrations]),
    subscriptions: options.subscribers ?? [],
    log: options.log ?? (() => {}),
    poolSize: options.poolSize ?? 10,
  }
  // Loaded when asked for: `pg` would slow down the start of a process that has no use for it.
  if (/^postgres(ql)?:/.test(options.url)) {
    const { openPostgresStore } = await import('./postgres/store.ts')
    return refuseNesting(await openPostgresStore(options.url, settings))
  }
  const file = options.url.startsWith('file://')
    ? fileURLToPath(options.url)
    : resolve(options.url.replace(/^file:/, ''))
  const { openSqliteStore } = await import('./sqlite/store.ts')
  return refuseNesting(await openSqliteStore(file, settings))
}
