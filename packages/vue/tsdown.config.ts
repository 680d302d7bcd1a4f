import { library } from '@cardea/tooling/tsdown'
import { defineConfig } from 'tsdown'
import Vue from 'unplugin-vue/rolldown'

export default defineConfig(
  library(
    { index: 'src/index.ts', native: 'src/native.ts' },
    { plugins: [Vue({ isProduction: true })], dts: { vue: true } },
  ),
)
