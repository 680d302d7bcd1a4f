import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'
import Vue from 'unplugin-vue/rolldown'

/** One file per module: an app's bundler then leaves out, or loads later, exactly what is not needed at first. */
export default defineConfig(
  library(
    { index: 'src/index.ts', native: 'src/native.ts' },
    { plugins: [Vue({ isProduction: true })], dts: { vue: true }, unbundle: true },
  ),
)
