import { defineHandler } from 'nitro'

/** The other demo app: going there shows that one sign-in is enough. Without one it is this app, by a relative address. */
export default defineHandler(
  () => new Response(null, { status: 303, headers: { location: process.env.OTHER_APP ?? '/' } }),
)
