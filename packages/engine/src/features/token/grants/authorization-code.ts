import { requestedResources, words } from '../../../domain/authorization/index.ts'
import type { Client } from '../../../domain/client/index.ts'
import type { Engine } from '../../../domain/engine.ts'
import type { Redemption, TokenGrant } from '../../../domain/grant/index.ts'
import { tokenErrors } from '../errors.ts'
import { narrowResources } from '../narrow.ts'

/** RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5). */
export const authorizationCode: TokenGrant = {
  parameters: ['code', 'redirect_uri', 'code_verifier', 'resource'],
  handle: async (engine, call, client) => {
    const code = call.form.get('code')
    if (code === undefined) throw tokenErrors('request.missing_parameter', { name: 'code' })
    const asked = await requestedResources(engine, client, words(call.form.get('resource')))
    const redemption = {
      code,
      redirectUri: call.form.get('redirect_uri'),
      codeVerifier: call.form.get('code_verifier'),
    }
    const issued =
      (await askedAsGranted(engine, client, redemption, asked)) ??
      (await askedForLess(engine, client, redemption, asked))
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

/** As a rule an app names the APIs that it named before, or none: then one statement does it. */
async function askedAsGranted(engine: Engine, client: Client, redemption: Redemption, asked: readonly string[]) {
  return asked.length > 0 ? engine.grants.redeemGranted(client, redemption, asked) : undefined
}

/** Looked at before the code is used up: asking for too much must not cost the client its code. */
async function askedForLess(engine: Engine, client: Client, redemption: Redemption, asked: readonly string[]) {
  const before = asked.length > 0 ? await engine.grants.findByCode(redemption.code) : undefined
  if (before?.client === client.id) await narrowResources(engine, client, before, asked)
  return engine.grants.redeemCode(client, redemption)
}
