import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['cardea-source', 'module', 'browser', 'development|production'] },
  plugins: [vue()],
  server: { port: 39500, strictPort: true },
})
