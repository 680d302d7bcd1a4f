const close = '</script>'

/** What goes into an app, framework by framework. A comment with a path starts a file; a test type-checks each. */
export const snippets = [
  {
    name: 'Vue',
    code: `<script setup>
import { SignIn, SignedIn, SignedOut }
  from '@cardea/vue'
${close}

<template>
  <SignedOut><SignIn /></SignedOut>
  <SignedIn>Hello</SignedIn>
</template>`,
  },
  {
    name: 'Nuxt',
    code: `// plugins/cardea.ts
import { createCardea } from '@cardea/vue'
import { en } from '@cardea/locales/en'

export default defineNuxtPlugin(({ vueApp }) => {
  vueApp.use(createCardea({ messages: en }))
})

// server/routes/auth/[...].ts
import { bffHandler } from '@cardea/bff/nitro'
import { toWebRequest } from 'h3'

const bff = bffHandler()
export default defineEventHandler((event) =>
  bff({ req: toWebRequest(event) }),
)`,
  },
  {
    name: 'React',
    code: `// vite.config.ts
import { cardea } from '@cardea/bff/vite'
import react from '@vitejs/plugin-react'

export default { plugins: [react(), cardea()] }

// SignIn.tsx: the hosted page, by a plain link
export const SignIn = () => (
  <a href="/auth/login">Sign in</a>
)`,
  },
  {
    name: 'Next',
    code: `// app/auth/[...path]/route.ts
import { createBff } from '@cardea/bff'

const env = (name: string) => process.env[name] ?? ''
const bff = createBff({
  issuer: env('CARDEA_ISSUER'),
  clientId: env('CARDEA_CLIENT_ID'),
  clientSecret: env('CARDEA_CLIENT_SECRET'),
  publicUrl: env('CARDEA_APP_URL'),
  secret: env('CARDEA_SECRET'),
})
export const GET = (request: Request) => bff.fetch(request)
export const POST = GET`,
  },
] as const
