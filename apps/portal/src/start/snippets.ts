/** What goes into an app, framework by framework; the first one runs in the demo apps. */
export const snippets = [
  {
    name: 'Vue',
    code: `<script setup>
import { SignIn, SignedIn, SignedOut } from '@cardea/vue'
</script>

<template>
  <SignedOut><SignIn /></SignedOut>
  <SignedIn>Hello</SignedIn>
</template>`,
  },
] as const
