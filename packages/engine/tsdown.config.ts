import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

export default defineConfig(
  library({
    index: 'src/index.ts',
    environment: 'src/features/configuration/environment.ts',
    smtp: 'src/features/smtp/index.ts',
    'bff-sessions': 'src/features/bff-sessions/index.ts',
  }),
)
