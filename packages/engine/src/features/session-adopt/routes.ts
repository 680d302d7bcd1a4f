import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import { redirect } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { adoptErrors } from './errors.ts'

type Redeemed = NonNullable<Awaited<ReturnType<Engine['sessions']['redeem']>>>

/** Takes the ticket: from here on it is used, whatever else is wrong. */
async function redeemTicket(call: Call, engine: Engine): Promise<{ redeemed: Redeemed; client: Client }> {
  const redeemed = await engine.sessions.redeem(call.query.get('ticket') ?? '')
  const client = redeemed && (await engine.clients.get(redeemed.org, redeemed.client))
  if (!redeemed || client?.status !== 'active') {
    throw adoptErrors('request.invalid_parameter', { name: 'ticket', reason: 'is unknown, expired or used' })
  }
  return { redeemed, client }
}

/** Back only to the app that sent the browser: an origin of its redirect URIs (no open redirector, RFC 9700 §4.11). */
function checkReturn({ query, client }: Pick<Call, 'query'> & { client: Client }): { returnTo: string } {
  const url = URL.parse(query.get('return_to') ?? '')
  const allowed = client.redirectUris.some((uri) => {
    const registered = URL.parse(uri)
    return registered !== null && url !== null && registered.origin !== 'null' && registered.origin === url.origin
  })
  if (!url || !allowed || url.username || url.password) {
    throw adoptErrors('request.invalid_parameter', { name: 'return_to', reason: 'is not an address of the app' })
  }
  return { returnTo: url.href }
}

/**
 * Whether a page of the app sent the browser. A ticket that somebody else's page or mail hands out would sign
 * the browser in as whoever fetched it (login CSRF), be it on a sibling of the same site; they cannot forge the
 * referrer. Who sends no `Sec-Fetch-Site` is no browser of today.
 */
function isSentByApp(headers: Headers, client: Client): boolean {
  const site = headers.get('sec-fetch-site')
  if (site === null || site === 'same-origin') return true
  const from = URL.parse(headers.get('referer') ?? '')?.origin
  return client.redirectUris.some((uri) => from !== undefined && URL.parse(uri)?.origin === from)
}

/** Gives the browser the session's cookie, with a secret nobody has seen before; another person's session stays. */
async function adoptSession(
  {
    cookies,
    headers,
    client,
    redeemed,
    returnTo,
  }: Pick<Call, 'cookies' | 'headers'> & { client: Client; redeemed: Redeemed; returnTo: string },
  engine: Engine,
): Promise<Response> {
  if (!isSentByApp(headers, client)) return redirect(returnTo)
  const session = await engine.sessions.find(redeemed.org, redeemed.session)
  if (!session) return redirect(returnTo)
  const secret = engine.sessions.cookie.read(cookies)
  const present = secret === undefined ? undefined : await engine.sessions.findBySecret(secret)
  if (present && (present.account !== session.account || present.id === session.id)) return redirect(returnTo)
  const renewed = await engine.store.unit(async (unit) => {
    // The one that loses the browser's cookie would outlive a sign-out here.
    if (present) await engine.sessions.shareBrowser(unit, session, present)
    return engine.sessions.renew(unit, session.org, session.id, session.factors)
  })
  return redirect(returnTo, renewed ? [engine.sessions.cookie.set(renewed.secret)] : [])
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'GET',
    path: '/session/adopt',
    summary: 'Lets the browser take over the session of an app-native sign-in',
    access: { type: 'public' },
    surface: 'page',
    body: { type: 'none' },
    steps: steps(redeemTicket, checkReturn, adoptSession),
  },
]
