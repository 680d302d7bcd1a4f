import { limits, toSource } from '@cardea/tooling/vitest'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

/** Rendering where there is no browser. */
export default defineConfig({
  ...toSource,
  plugins: [vue()],
  test: { ...limits, name: 'vue on a server', include: ['tests/ssr/**/*.test.ts'] },
})
