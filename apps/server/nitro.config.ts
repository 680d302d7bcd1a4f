import { defineConfig } from 'nitro'

export default defineConfig({
  compatibilityDate: '2026-11-01',
  preset: 'node-server',
  entry: './src/main.ts',
  serverDir: false,
  // Names carry a hash of their content, so a browser never asks for one again.
  publicAssets: [{ baseURL: '/_portal', dir: '../portal/dist/client/_portal', maxAge: 31_536_000 }],
  routeRules: { '/_portal/**': { headers: { 'x-content-type-options': 'nosniff' } } },
  compressPublicAssets: { gzip: true, brotli: true },
})
