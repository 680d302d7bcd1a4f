import { cardea } from '@cardea/bff/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig(({ mode }) => ({
  plugins: [
    vue(),
    cardea({
      store: './server/sessions.ts',
      nitro: {
        output: { dir: `.output/${mode}` },
        routes: { '/account': './server/account.ts', '/other': './server/other.ts' },
      },
    }),
  ],
}))
