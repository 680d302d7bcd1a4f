import { chromiumArguments, findChromium } from '@cardea/tooling/chromium'
import { limits } from '@cardea/tooling/vitest'
import vue from '@vitejs/plugin-vue'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

const executablePath = findChromium()

/** Components are tested where they live: in a real browser. */
export default defineConfig({
  resolve: { conditions: ['cardea-source', 'module', 'browser', 'development|production'] },
  plugins: [vue()],
  optimizeDeps: { include: ['vue', '@vueuse/core', '@vue/server-renderer', 'axe-core'] },
  test: {
    ...limits,
    name: 'vue',
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/ssr/**'],
    expect: { poll: { timeout: 3000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { args: [...chromiumArguments], ...(executablePath && { executablePath }) },
      }),
      instances: [{ browser: 'chromium', viewport: { width: 480, height: 800 } }],
    },
  },
})
