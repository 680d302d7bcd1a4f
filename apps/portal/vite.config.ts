import { readFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** The browser's files first; the server's bundle then knows their hashed names. */
export default defineConfig(({ isSsrBuild }) => ({
  plugins: [vue()],
  build: isSsrBuild
    ? { ssr: true, rollupOptions: { input: 'src/server.ts' }, outDir: 'dist/server', target: 'node24', minify: false }
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
        __VUE_OPTIONS_API__: 'false',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      }
    : { __VUE_OPTIONS_API__: 'false' },
  // Without the condition `node` Vue comes without its template compiler, which nothing here needs.
  ssr: { noExternal: true, resolve: { conditions: ['module', 'production'] } },
}))
