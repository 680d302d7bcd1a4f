import { postgres, toSource } from '@cardea/tooling/vitest'
import { defineConfig } from 'vitest/config'

/** Tests that speak HTTP to the built server; one server for all of them, other databases where a test asks. */
export default defineConfig({
  ...toSource,
  test: {
    name: 'e2e',
    include: ['{interop,security,crash}/**/*.test.ts'],
    globalSetup: [postgres, './deployment/vitest-server.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
