import { limits, toSource } from '@cardea/tooling/vitest'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  ...toSource,
  plugins: [vue()],
  test: { ...limits, name: 'portal', include: ['tests/**/*.test.ts'], environment: 'node' },
})
