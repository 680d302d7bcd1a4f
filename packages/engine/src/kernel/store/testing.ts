import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@cardea/tooling/postgres'
import type { StoreOptions } from './open.ts'
import { openStore } from './open.ts'
import type { Store } from './store.ts'

/** A fresh database for each call of `open`; `url` is what two processes would share. */
export interface TestStore {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** A new, empty database. */
  readonly create: () => Promise<{ readonly url: string; readonly remove: () => Promise<void> }>
  /** A store on a new, empty database; closing it removes the database. */
  readonly open: (options: Omit<StoreOptions, 'url'>) => Promise<Store>
}

/** Both databases, for `describe.each(testStores())('… on $name', ({ open }) => …)`. */
export function testStores(): readonly TestStore[] {
  return [withOpen('SQLite', sqliteFile), withOpen('PostgreSQL', postgresDatabase)]
}

function withOpen(name: TestStore['name'], create: TestStore['create']): TestStore {
  return {
    name,
    create,
    async open(options) {
      const { url, remove } = await create()
      const store = await openStore({ ...options, url })
      return {
        ...store,
        async close() {
          await store.close()
          await remove()
        },
      }
    },
  }
}

async function sqliteFile() {
  const folder = await mkdtemp(join(tmpdir(), 'cardea-store-'))
  return { url: join(folder, 'cardea.db'), remove: () => rm(folder, { recursive: true, force: true }) }
}

async function postgresDatabase() {
  return { url: await createTestDatabase(), remove: async () => {} }
}

/**
 * Calls a single-use verb from `callers` units at once and returns what those got that got something; a verb
 * that is right gives the record to exactly one: `expect(await race(store, (unit) => consume(unit, id))).toHaveLength(1)`.
 */
export async function race<T>(
  store: Store,
  verb: (unit: Parameters<Parameters<Store['unit']>[0]>[0], caller: number) => Promise<T | undefined>,
  callers = 50,
): Promise<T[]> {
  const results = await Promise.all(
    Array.from({ length: callers }, (_, caller) => store.unit((unit) => verb(unit, caller))),
  )
  return results.filter((result) => result !== undefined)
}
