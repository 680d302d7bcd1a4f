import { formFields, zBffSignOutStart } from '@cardea/protocol'
import type { Configuration } from 'openid-client'
import { buildEndSessionUrl, randomState, tokenRevocation } from 'openid-client'
import { json, problem, redirect, refuse } from '../request/answer.ts'
import { isForm, readForm, readJson } from '../request/body.ts'
import type { Exchange } from '../request/exchange.ts'
import { returnToOf } from '../request/return-to.ts'
import { isOwnCall, isOwnForm, refuseForeign } from '../request/same-origin.ts'
import { digest } from '../seal.ts'
import type { Services } from '../services.ts'
import type { Session } from '../session/session.ts'

/** Seconds the identity provider's own sign-out page may take. */
const lifetime = 600

const nameFor = async (state: string) => `out-${(await digest(state)).slice(0, 16)}`

/** What the sign-out form's token is bound to. */
export const signOutSubject = (session: Session): string => `sign-out ${session.id}`

/**
 * Ends the session at the identity provider from server to server (`response_mode=direct`), so that no ID token
 * is ever in an address. False where it has no such mode.
 */
async function endDirectly(services: Services, configuration: Configuration, session: Session): Promise<boolean> {
  const { end_session_endpoint: endpoint, response_modes_supported: modes } = configuration.serverMetadata()
  if (!endpoint || !session.tokens.id || !(Array.isArray(modes) && modes.includes('direct'))) return false
  const body = new URLSearchParams({ response_mode: 'direct', id_token_hint: session.tokens.id })
  const response = await services.provider.post(endpoint, body, new Headers())
  await response.body?.cancel()
  return response.ok
}

/** RP-Initiated Logout §2, told by `client_id` and `logout_hint`: the ID token stays on the server. */
async function endByRedirect(
  { settings, seals }: Services,
  exchange: Exchange,
  configuration: Configuration,
  session: Session,
  returnTo: string,
): Promise<string | undefined> {
  if (!configuration.serverMetadata().end_session_endpoint) return undefined
  const state = randomState()
  const sealed = await seals.seal('sign-out', { returnTo }, settings.now() + lifetime)
  exchange.cookies.set(await nameFor(state), sealed, lifetime)
  const params = new URLSearchParams({
    client_id: settings.clientId,
    post_logout_redirect_uri: `${settings.origin}${settings.basePath}/signed-out`,
    state,
  })
  if (session.sid !== undefined) params.set('logout_hint', session.sid)
  return buildEndSessionUrl(configuration, params).href
}

async function revoke(configuration: Configuration, { tokens }: Session): Promise<void> {
  if (tokens.refresh === undefined || !configuration.serverMetadata().revocation_endpoint) return
  await tokenRevocation(configuration, tokens.refresh, { token_type_hint: 'refresh_token' })
}

/** Signs out here, whatever the identity provider says; the address is where the browser must go to end it there too. */
async function endSession(services: Services, exchange: Exchange, returnTo: string): Promise<string | undefined> {
  const { settings, provider, sessions } = services
  const kept = await sessions.read(exchange.cookies)
  await sessions.end(exchange.cookies, kept)
  if (!kept) return undefined
  const { session } = kept
  const warn = (error: unknown) =>
    settings.log('warn', 'signed out here, but not at the identity provider', { error, traceId: exchange.traceId })
  try {
    const configuration = await provider.configuration()
    await revoke(configuration, session).catch(warn)
    const isDone = await endDirectly(services, configuration, session).catch((error) => {
      warn(error)
      return false
    })
    return isDone ? undefined : await endByRedirect(services, exchange, configuration, session, returnTo)
  } catch (error) {
    warn(error)
    return undefined
  }
}

async function byForm(services: Services, exchange: Exchange): Promise<Response> {
  const { settings, sessions, seals } = services
  if (!isOwnForm(exchange.request, settings.origin)) return refuseForeign(settings, exchange)
  const body = await readForm(exchange)
  if ('problem' in body) return refuse(exchange, body.status, body.problem)
  const kept = await sessions.read(exchange.cookies)
  const token = body.value.get(formFields.csrf)
  if (kept && !(await seals.verifyToken(signOutSubject(kept.session), token)))
    return refuse(exchange, 403, problem('bff.csrf'))
  const returnTo = returnToOf(settings, body.value.get('returnTo'))
  return redirect((await endSession(services, exchange, returnTo)) ?? returnTo)
}

/** `POST {base}/sign-out`: JSON of the app's script, or a plain form. */
export async function signOutRoute(services: Services, exchange: Exchange): Promise<Response> {
  if (isForm(exchange)) return byForm(services, exchange)
  const { settings } = services
  if (!isOwnCall(exchange.request, settings.origin)) return refuseForeign(settings, exchange)
  const body = await readJson(exchange, zBffSignOutStart)
  if ('problem' in body) return refuse(exchange, body.status, body.problem)
  const { returnTo } = body.value
  const checked = returnToOf(settings, returnTo)
  const redirectUrl = (await endSession(services, exchange, checked)) ?? (returnTo === undefined ? undefined : checked)
  return json(redirectUrl === undefined ? {} : { redirectUrl })
}

/** `GET {base}/signed-out`: back from the identity provider, with the state that this browser left with. */
export async function signedOutRoute({ settings, seals }: Services, exchange: Exchange): Promise<Response> {
  const name = await nameFor(exchange.url.searchParams.get('state') ?? '')
  const known = await seals.open<{ returnTo: string }>('sign-out', exchange.cookies.read(name))
  if (known) exchange.cookies.clear(name)
  return redirect(known?.returnTo ?? settings.home)
}
