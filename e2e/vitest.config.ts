import { postgres, toSource } from '@cardea/tooling/vitest'
import { defineConfig } from 'vitest/config'

/** What installs from a registry is tried in the long run only. */
const folders = ['interop', 'security', 'crash', ...(process.env.CARDEA_LONG ? ['readme'] : [])]

/** Tests that speak HTTP to the built server; one server for all of them, other databases where a test asks. */
export default defineConfig({
  ...toSource,
  test: {
    name: 'e2e',
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    globalSetup: [postgres, './deployment/vitest-server.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
