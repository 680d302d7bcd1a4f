import { defineConfig } from '@playwright/test'
import base from '../playwright.config.ts'

/** `npm run screenshots`: pages × states × {light, dark, 360} as pictures in `screenshots-out`. */
export default defineConfig({
  ...base,
  testDir: '.',
  testMatch: 'screenshots.ts',
  outputDir: '../test-results',
  globalSetup: '../browser/deployment.ts',
  timeout: 180_000,
  reporter: 'list',
})
