import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import { empty, renderError } from '../../kernel/http/index.ts'
import { end } from './end.ts'
import { logoutErrors } from './errors.ts'
import type { Parameters } from './request.ts'
import { findSessions, invalid, parseLogout } from './request.ts'

/** `response_mode=direct`: an app signs out without a browser. 200 without a body, or the app-native error body. */
export async function logoutDirectly(engine: Engine, call: Call, params: Parameters): Promise<Response> {
  try {
    const isOwn = await endSession(engine, call, params)
    return empty(200, isOwn ? { 'set-cookie': engine.sessions.cookie.clear() } : {})
  } catch (thrown) {
    return renderError(engine, call, 'native', thrown)
  }
}

/** A BFF may sign out from server to server however the person signed in: then no ID token is ever in an address. */
async function isProven(engine: Engine, call: Call, client: Client): Promise<boolean> {
  if (!engine.clients.presents(call)) return false
  const proven = await engine.clients.authenticate(call)
  return proven.method !== 'none' && proven.client.id === client.id
}

/** A page of a sibling site can post with the cookie, but not say that it is the app's (ASVS 10.6.2). */
function isSentBy(engine: Engine, call: Call, client: Client): boolean {
  const origin = call.headers.get('origin')
  const origins = [engine.publicUrl, ...client.origins, ...client.redirectUris.map((uri) => URL.parse(uri)?.origin)]
  return origin === null || (origin !== 'null' && origins.includes(origin))
}

/** Says whether the session was this browser's own. */
async function endSession(engine: Engine, call: Call, params: Parameters): Promise<boolean> {
  if (call.method !== 'POST') throw invalid('response_mode=direct is for POST')
  const { client, hint } = await parseLogout(engine, params)
  if (!client) throw invalid('client_id or id_token_hint must name an app')
  if (!client.appNative && !(await isProven(engine, call, client))) {
    throw logoutErrors('authorization.native_not_enabled')
  }
  const { own, hinted } = await findSessions(engine, call, hint)
  const mine = own && (hint ? own.account === hint.account : isSentBy(engine, call, client)) ? own : undefined
  const session = mine ?? hinted
  if (!session && !hint) throw invalid('there is neither a session cookie nor an id_token_hint')
  if (session) await end(engine, call, client, [session])
  return mine !== undefined
}
