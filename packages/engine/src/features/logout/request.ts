import { isId } from '@cardea/protocol'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Session } from '../../domain/session/index.ts'
import type { HintedIdentity } from '../../domain/token/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { logoutErrors } from './errors.ts'

export type Parameters = ReadonlyMap<string, string>

/** A logout request after it was checked. */
export interface LogoutRequest {
  readonly client: Client | undefined
  readonly hint: HintedIdentity | undefined
  /** Where the browser goes afterwards: registered by the client, with `state`. */
  readonly returnTo: string | undefined
}

/** RP-Initiated Logout §2 and §3. A hint that does not verify counts as none: the person is asked instead. */
export async function parseLogout(engine: Engine, params: Parameters): Promise<LogoutRequest> {
  const given = params.get('id_token_hint')
  const hint = given === undefined ? undefined : await engine.tokens.hint(given)
  const clientId = params.get('client_id') ?? hint?.clientId
  if (hint && clientId !== hint.clientId) throw invalid('client_id is not whom the ID token was made for')
  const client = clientId === undefined ? undefined : await engine.clients.find(clientId)
  const uri = params.get('post_logout_redirect_uri')
  if (uri === undefined) return { client, hint, returnTo: undefined }
  // §3: exactly a registered one, or the browser is sent nowhere.
  if (!client?.postLogoutRedirectUris.includes(uri)) throw invalid('post_logout_redirect_uri is not registered')
  return { client, hint, returnTo: withState(uri, params.get('state')) }
}

/** The session of this browser, and the one the hint names: they differ when another person has signed in since. */
export async function findSessions(
  engine: Engine,
  call: Call,
  hint: HintedIdentity | undefined,
): Promise<{ own: Session | undefined; hinted: Session | undefined }> {
  const secret = engine.sessions.cookie.read(call.cookies)
  const own = secret === undefined ? undefined : await engine.sessions.findBySecret(secret)
  return { own, hinted: hint && (await sessionOf(engine, hint)) }
}

async function sessionOf(engine: Engine, { account, session: id }: HintedIdentity): Promise<Session | undefined> {
  if (!isId('session', id)) return undefined
  const person = await engine.accounts.findBySubject(account)
  const session = person && (await engine.sessions.find(person.org, id))
  return session?.account === account ? session : undefined
}

/** Ties the confirmation to this browser's session; another site can neither read nor guess it (ASVS 10.6.2). */
export function confirmation(engine: Engine, call: Call): string | undefined {
  const secret = engine.sessions.cookie.read(call.cookies)
  return secret === undefined ? undefined : engine.mac(secret, 'logout-confirmation')
}

export function invalid(reason: string) {
  return logoutErrors('logout.invalid_request', { reason })
}

function withState(uri: string, state: string | undefined): string {
  if (state === undefined) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state })}`
}
