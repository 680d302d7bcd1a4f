import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

export default defineConfig(
  library({ index: 'src/index.ts', 'sign-in': 'src/sign-in/index.ts', passkeys: 'src/passkeys/index.ts' }),
)
