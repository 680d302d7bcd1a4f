import type { Client } from '../../domain/client/index.ts'
import { allowsRedirect } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import type { Destination } from './answer.ts'
import { authorizeErrors } from './errors.ts'

export type Parameters = ReadonlyMap<string, string>

/** OIDC Core §3.1.2.1: by GET in the query, by POST in the form. */
export function readParameters(call: Call): { call: Call; params: Parameters; direct: boolean } {
  const params = call.method === 'POST' ? call.form : call.query
  return { call, params, direct: params.get('response_mode') === 'direct' }
}

/**
 * Who asks. App-native requests are for first-party apps that have it turned on, and a confidential one proves
 * who it is; only then is it believed whose browser it speaks for.
 */
export async function findClient(
  { call, params, direct }: { call: Call; params: Parameters; direct: boolean },
  engine: Engine,
): Promise<{ client: Client; proven: boolean }> {
  const clientId = params.get('client_id')
  if (direct && engine.clients.presents(call)) {
    const { client, method } = await engine.clients.authenticate(call)
    if (clientId !== undefined && clientId !== client.clientId) throw notProven()
    return { client: nativeOnly(client), proven: method !== 'none' }
  }
  if (clientId === undefined) throw authorizeErrors('request.missing_parameter', { name: 'client_id' })
  const client = await engine.clients.find(clientId)
  if (!client) throw authorizeErrors('client.unknown')
  if (!direct) return { client, proven: false }
  if (nativeOnly(client).authMethod !== 'none') {
    throw notProven()
  }
  return { client, proven: false }
}

function notProven() {
  return authorizeErrors('client.authentication_failed', {}, { 'www-authenticate': 'Basic realm="Cardea"' })
}

function nativeOnly(client: Client): Client {
  if (!client.appNative || !client.firstParty) throw authorizeErrors('authorization.native_not_enabled')
  return client
}

/** RFC 9700 §2.1: nothing is sent to an address that is not registered, character by character. */
export function checkRedirect({ client, params, direct }: { client: Client; params: Parameters; direct: boolean }): {
  destination: Destination
} {
  const redirectUri = params.get('redirect_uri')
  if (redirectUri === undefined) throw authorizeErrors('request.missing_parameter', { name: 'redirect_uri' })
  if (!allowsRedirect(client.redirectUris, redirectUri)) throw authorizeErrors('authorization.redirect_uri_invalid')
  const posts = params.get('response_mode') === 'form_post' && /^https?:/.test(redirectUri)
  const state = params.get('state')
  return {
    destination: {
      redirectUri,
      responseMode: direct ? 'direct' : posts ? 'form_post' : 'query',
      // Too long to be somebody's state: not reflected, and refused by the next step.
      state: state !== undefined && state.length <= 4096 ? state : undefined,
    },
  }
}
