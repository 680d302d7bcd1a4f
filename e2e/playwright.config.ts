import { chromiumArguments, findChromium } from '@cardea/tooling/chromium'
import { defineConfig } from '@playwright/test'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'browser',
  outputDir: 'test-results',
  globalSetup: './browser/deployment.ts',
  fullyParallel: true,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  use: {
    actionTimeout: 10_000,
    screenshot: 'only-on-failure',
    launchOptions: { args: [...chromiumArguments], ...(executablePath === undefined ? {} : { executablePath }) },
  },
})
