import { readFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** The browser's files first; the server's bundle then knows their hashed names. */
export default defineConfig(({ isSsrBuild }) => ({
  plugins: [vue()],
  build: isSsrBuild
    ? { ssr: 'src/server.ts', outDir: 'dist/server', target: 'node24', minify: false, copyPublicDir: false }
    : {
        outDir: 'dist/client',
        assetsDir: '_portal',
        manifest: true,
        target: 'es2022',
        assetsInlineLimit: 0,
        rollupOptions: { input: 'src/client.ts' },
      },
  define: isSsrBuild
    ? {
        __MANIFEST__: readFileSync('dist/client/.vite/manifest.json', 'utf8'),
        'process.env.NODE_ENV': '"production"',
      }
    : {},
  ssr: { noExternal: true },
}))
