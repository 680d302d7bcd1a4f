import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

export default defineConfig(
  library({ index: 'src/index.ts', nitro: 'src/nitro.ts', node: 'src/node.ts', vite: 'src/vite/index.ts' }),
)
