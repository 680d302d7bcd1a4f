import { remainingResources, requestedResources, words } from '../../../domain/authorization/index.ts'
import type { Client } from '../../../domain/client/index.ts'
import type { Engine } from '../../../domain/engine.ts'
import type { Grant, TokenGrant } from '../../../domain/grant/index.ts'
import { tokenErrors } from '../errors.ts'
import { narrowResources, narrowScope } from '../narrow.ts'

/** RFC 6749 §6, with rotation (RFC 9700 §4.14.2). */
export const refreshToken: TokenGrant = {
  parameters: ['refresh_token', 'scope', 'resource'],
  handle: async (engine, call, client) => {
    const token = call.form.get('refresh_token')
    if (token === undefined) throw tokenErrors('request.missing_parameter', { name: 'refresh_token' })
    const asked = {
      scope: words(call.form.get('scope')),
      resource: await requestedResources(engine, client, words(call.form.get('resource'))),
    }
    const issued =
      (await askedAsGranted(engine, client, token, asked)) ?? (await askedForLess(engine, client, token, asked))
    return engine.grants.answer({
      ...issued,
      ...(await narrow(engine, client, issued.grant, asked)),
      client,
      nonce: undefined,
      failure: 'grant.invalid_refresh_token',
    })
  },
}

/** As a rule an app asks for all that it asked for before: then one statement does it. */
async function askedAsGranted(engine: Engine, client: Client, token: string, { scope, resource }: Narrowed) {
  return scope.length === 0 ? engine.grants.refreshGranted(client, token, resource) : undefined
}

/** Looked at before the token is used up: asking for too much, or for APIs that are lost, must not cost the client its token. */
async function askedForLess(engine: Engine, client: Client, token: string, asked: Narrowed) {
  const before = await peek(engine, client, token)
  if (before) await remainingResources(engine, client, (await narrow(engine, client, before, asked)).resource)
  return engine.grants.refresh(client, token)
}

type Narrowed = Pick<Grant, 'scope' | 'resource'>

async function narrow(engine: Engine, client: Client, granted: Narrowed, asked: Narrowed): Promise<Narrowed> {
  return {
    scope: narrowScope(granted.scope, asked.scope),
    resource: await narrowResources(engine, client, granted, asked.resource),
  }
}

async function peek(engine: Engine, client: Client, token: string): Promise<Grant | undefined> {
  const known = await engine.grants.findByRefreshToken(token)
  return known?.grant.client === client.id ? known.grant : undefined
}
