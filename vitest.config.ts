import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Inside the workspace packages resolve to their sources; customers and built apps see `dist`. */
const conditions = ['cardea-source', 'module', 'node', 'development|production', 'import', 'default']
const toSource = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } }

/** Needs a document: everything in these folders runs on happy-dom, all else on plain Node. */
const withDocument = ['packages/vue/src/**/*.test.ts']

export default defineConfig({
  test: {
    reporters: ['default'],
    projects: [
      {
        ...toSource,
        test: {
          name: 'node',
          include: ['packages/*/src/**/*.test.ts', 'apps/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/.output/**', ...withDocument],
          environment: 'node',
          globalSetup: [fileURLToPath(import.meta.resolve('./packages/tooling/src/vitest-postgres.ts'))],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
