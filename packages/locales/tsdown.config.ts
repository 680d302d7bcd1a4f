import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

export default defineConfig(library({ en: 'src/en/index.ts' }))
