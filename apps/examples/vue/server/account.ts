import { defineHandler } from 'nitro'

/** People manage their account at the identity provider. */
export default defineHandler(() => Response.redirect(new URL('/account', process.env.CARDEA_ISSUER), 303))
