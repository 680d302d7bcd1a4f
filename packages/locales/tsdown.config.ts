import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

export default defineConfig(
  library({
    'en/index': 'src/en/index.ts',
    'en/components': 'src/en/components.ts',
    'en/errors': 'src/en/errors.ts',
    'en/mail': 'src/en/mail.ts',
    'en/portal': 'src/en/portal.ts',
  }),
)
