import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { limits, postgres, toSource } from '@cardea/tooling/vitest'
import { defineConfig } from 'vitest/config'

/** A folder that needs more than Node (Vue files, a document, a browser) has its own configuration; the rest is one project. */
const own = globSync('{e2e,{packages,apps,apps/examples}/*}/vitest{,.*}.config.ts')

export default defineConfig({
  test: {
    projects: [
      ...own,
      {
        ...toSource,
        test: {
          ...limits,
          name: 'node',
          include: ['packages/*/src/**/*.test.ts', 'apps/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/{dist,.output}/**', ...own.map((file) => `${dirname(file)}/**`)],
          globalSetup: [postgres],
        },
      },
    ],
  },
})
