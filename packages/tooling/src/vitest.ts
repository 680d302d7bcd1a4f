import { fileURLToPath } from 'node:url'

/**
 * What every Vitest project of this workspace shares.
 * Packages resolve to their sources: a test never sees a stale build.
 */
export const toSource = {
  resolve: { conditions: ['cardea-source', 'module', 'node', 'development|production'] },
  ssr: {
    resolve: {
      conditions: ['cardea-source', 'module', 'node', 'development|production'],
      externalConditions: ['cardea-source', 'node', 'module-sync'],
    },
  },
}

export const limits = { testTimeout: 20_000, hookTimeout: 60_000 }

/** For `globalSetup`: createTestDatabase() works in the project's tests. */
export const postgres: string = fileURLToPath(import.meta.resolve('./vitest-postgres.ts'))
