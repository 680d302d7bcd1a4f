import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'

/** One file per module: an app's bundler then leaves out, or loads later, exactly what is not needed at first. */
export default defineConfig(
  library(
    { index: 'src/index.ts', 'sign-in': 'src/sign-in/index.ts', passkeys: 'src/passkeys/index.ts' },
    { unbundle: true },
  ),
)
