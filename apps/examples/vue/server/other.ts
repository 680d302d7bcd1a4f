import { defineHandler } from 'nitro'

/** The other demo app: going there shows that one sign-in is enough. */
export default defineHandler(() => Response.redirect(process.env.OTHER_APP ?? '/', 303))
