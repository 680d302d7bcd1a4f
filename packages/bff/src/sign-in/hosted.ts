import {
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { faultOf, statusOf } from '../provider.ts'
import { problem, redirect, refuse } from '../request/answer.ts'
import type { Exchange } from '../request/exchange.ts'
import { returnToOf, withError } from '../request/return-to.ts'
import { digest } from '../seal.ts'
import type { Services } from '../services.ts'
import type { Transaction } from '../session/tokens.ts'
import { callbackUrl, redeem } from '../session/tokens.ts'

/** Seconds in which somebody must have signed in. */
const lifetime = 600
/** Tabs that may be signing in at once. */
const mostAtOnce = 5

const nameFor = async (state: string) => `tx-${(await digest(state)).slice(0, 16)}`

/** Characters of a login hint; a longer one is no name of anybody. */
export const longestHint = 256

const passedOn = [
  ['loginHint', 'login_hint', longestHint],
  ['acrValues', 'acr_values', 512],
] as const

const prompts = new Set(['none', 'login', 'consent', 'select_account', 'create'])

/** Whether a person looks at the answer: browsers say so, old ones by what they accept. */
function isNavigation({ headers }: Request): boolean {
  const mode = headers.get('sec-fetch-mode')
  return mode === null ? (headers.get('accept') ?? '').includes('text/html') : mode === 'navigate'
}

/** `GET {base}/login`: off to the identity provider, with a transaction of its own for every tab. */
export async function loginRoute(services: Services, exchange: Exchange): Promise<Response> {
  const { settings, provider, seals } = services
  const { url, cookies } = exchange
  const transaction: Transaction = {
    state: randomState(),
    nonce: randomNonce(),
    verifier: randomPKCECodeVerifier(),
    returnTo: returnToOf(settings, url.searchParams.get('returnTo')),
  }
  const params = new URLSearchParams({
    redirect_uri: callbackUrl(settings),
    response_type: 'code',
    scope: settings.scope,
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: await calculatePKCECodeChallenge(transaction.verifier),
    code_challenge_method: 'S256',
  })
  if (settings.resource !== undefined) params.set('resource', settings.resource)
  for (const [name, parameter, length] of passedOn) {
    const value = url.searchParams.get(name)
    if (value && value.length <= length) params.set(parameter, value)
  }
  const prompt = url.searchParams.get('prompt')
  if (prompt && prompts.has(prompt)) params.set('prompt', prompt)

  let target: URL
  try {
    target = buildAuthorizationUrl(await provider.configuration(), params)
  } catch (error) {
    const reason = faultOf(settings, error)
    settings.log('error', `hosted sign-in cannot start: ${reason.reason}`, { error, traceId: exchange.traceId })
    if (isNavigation(exchange.request)) return redirect(withError(transaction.returnTo, reason.reason))
    return refuse(exchange, statusOf(reason), reason)
  }
  for (const old of cookies.names('tx-').slice(0, -(mostAtOnce - 1))) cookies.clear(old)
  const sealed = await seals.seal('transaction', transaction, settings.now() + lifetime)
  cookies.set(await nameFor(transaction.state), sealed, lifetime)
  return redirect(target.href)
}

/**
 * `GET {base}/callback`: the code is redeemed and the browser sent on to a clean address. Without this browser's own
 * transaction nothing is redeemed (login CSRF).
 */
export async function callbackRoute(services: Services, exchange: Exchange): Promise<Response> {
  const { settings, provider, seals, sessions } = services
  const { url, cookies } = exchange
  const name = await nameFor(url.searchParams.get('state') ?? '')
  const transaction = await seals.open<Transaction>('transaction', cookies.read(name))
  if (!transaction) {
    if (await sessions.read(cookies)) return redirect(settings.home)
    return redirect(withError(settings.home, problem('bff.transaction_missing').reason))
  }
  cookies.clear(name)
  try {
    await sessions.create(cookies, await redeem(settings, provider, url.searchParams, transaction))
    return redirect(transaction.returnTo)
  } catch (error) {
    const { reason } = faultOf(settings, error)
    settings.log('error', `hosted sign-in failed: ${reason}`, { error, traceId: exchange.traceId })
    return redirect(withError(transaction.returnTo, reason))
  }
}
