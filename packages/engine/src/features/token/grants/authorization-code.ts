import { requestedResources, words } from '../../../domain/authorization/index.ts'
import type { TokenGrant } from '../../../domain/grant/index.ts'
import { tokenErrors } from '../errors.ts'
import { narrowResources } from '../narrow.ts'

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5). */
export const authorizationCode: TokenGrant = {
  parameters: ['code', 'redirect_uri', 'code_verifier', 'resource'],
  handle: async (engine, call, client) => {
    const code = call.form.get('code')
    if (code === undefined) throw tokenErrors('request.missing_parameter', { name: 'code' })
    const asked = await requestedResources(engine, client, words(call.form.get('resource')))
    if (asked.length > 0) {
      // Looked at before the code is used up: asking for too much must not cost the client its code.
      const before = await engine.grants.findByCode(code)
      if (before?.client === client.id) await narrowResources(engine, client, before, asked)
    }
    const issued = await engine.grants.redeemCode(client, {
      code,
      redirectUri: call.form.get('redirect_uri'),
      codeVerifier: call.form.get('code_verifier'),
    })
    return engine.grants.answer({
      ...issued,
      client,
      scope: issued.grant.scope,
      resource: await narrowResources(engine, client, issued.grant, asked),
      nonce: issued.grant.nonce,
      failure: 'grant.invalid_code',
    })
  },
}
