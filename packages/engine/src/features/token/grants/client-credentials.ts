import { requestedResources, requestedScope, words } from '../../../domain/authorization/index.ts'
import type { TokenGrant } from '../../../domain/grant/index.ts'
import { openidScopes } from '../../../domain/token/index.ts'

/** RFC 6749 §4.4: the client acts for itself. Nothing is written; no refresh token (§4.4.3), no person's scopes. */
export const clientCredentials: TokenGrant = {
  parameters: ['scope', 'resource'],
  handle: async (engine, call, client) => {
    const asked = words(call.form.get('scope')).filter((name) => !openidScopes.includes(name))
    const issued = await engine.tokens.access({
      client,
      scope: await requestedScope(engine, client, asked),
      resource: await requestedResources(engine, client, words(call.form.get('resource'))),
      subject: undefined,
    })
    return { ...issued, tokenType: 'Bearer' }
  },
}
