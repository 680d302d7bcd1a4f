import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

export default defineConfig(library({ index: 'src/index.ts', constants: 'src/constants.ts' }))
