import type { BffFlowAnswer, BffFlowStart, FlowAnswer, NativeAnswer } from '@cardea/protocol'
import { calculatePKCECodeChallenge, randomNonce, randomPKCECodeVerifier, randomState } from 'openid-client'
import { faultOf, faultOfAnswer, statusOf } from '../provider.ts'
import type { Problem } from '../request/answer.ts'
import { failed, problem } from '../request/answer.ts'
import type { Exchange } from '../request/exchange.ts'
import { returnToOf } from '../request/return-to.ts'
import type { Services } from '../services.ts'
import { publicSession } from '../session/session.ts'
import { callbackUrl, redeem } from '../session/tokens.ts'
import { longestHint } from './hosted.ts'
import type { KeptFlow } from './kept-flow.ts'
import { formSubject, newNumber, ownVersion, versionFor } from './kept-flow.ts'
import { readNative } from './native-answer.ts'

/** What a call about a flow gives: the answer, and the status of its JSON response. */
export interface FlowResult {
  readonly answer: FlowAnswer
  readonly status: number
}

/** Who is signing in, so that limits hit the browser and not the BFF (design §4). */
function browserHeaders({ request, address }: Exchange): Headers {
  const headers = new Headers()
  const agent = request.headers.get('user-agent')
  const language = request.headers.get('accept-language')
  if (address) headers.set('cardea-client-address', address)
  if (agent) headers.set('cardea-client-agent', agent.replace(/[^\x20-\x7e]/g, '').slice(0, 512))
  if (language) headers.set('accept-language', language.slice(0, 128))
  return headers
}

const fault = (exchange: Exchange, reason: Problem, status = statusOf(reason)): FlowResult => ({
  answer: failed(exchange, reason, String(status)),
  status,
})

/** The session exists from here on: code redeemed, ID token checked, cookie replaced. */
async function finish(
  services: Services,
  exchange: Exchange,
  flow: KeptFlow,
  authData: Readonly<Record<string, string>>,
): Promise<FlowResult> {
  const { settings, provider, sessions, flows } = services
  const { adopt_ticket: ticket, error, ...params } = authData
  flows.drop(exchange.cookies, flow)
  // product-is#27082: an OAuth error arrives as a completed flow.
  if (error !== undefined) return fault(exchange, faultOfAnswer(settings, error))
  const session = await redeem(settings, provider, new URLSearchParams(params), flow)
  await sessions.create(exchange.cookies, session)
  const answer = { status: 'signed-in', session: publicSession(settings, session), returnTo: flow.returnTo } as const
  if (ticket === undefined) return { answer, status: 200 }
  const adopt = new URL(`${settings.issuer.replace(/\/$/, '')}/session/adopt`)
  adopt.search = new URLSearchParams({ ticket, return_to: settings.origin + flow.returnTo }).toString()
  return { answer: { ...answer, adoptUrl: adopt.href }, status: 200 }
}

async function proceed(
  services: Services,
  exchange: Exchange,
  flow: KeptFlow,
  response: Response,
): Promise<FlowResult> {
  const { settings, flows, seals } = services
  const native = await readNative(response)
  switch (native.status) {
    case 'complete':
      return finish(services, exchange, flow, native.authData)
    case 'step': {
      const next: KeptFlow = {
        ...flow,
        flowId: native.flowId,
        answerUrl: native.answerUrl(flow.answerUrl),
        version: native.version ?? flow.version + 1,
        isVersioned: native.version !== undefined,
        ...(flow.page !== undefined && { step: native.step, retry: native.retry }),
      }
      await flows.keep(exchange.cookies, next)
      const csrf = await seals.token(formSubject(next))
      return {
        answer: { status: 'step', retry: native.retry, version: versionFor(next), step: native.step, csrf },
        status: 200,
      }
    }
    case 'unauthorized':
      settings.log('error', `${settings.issuer} does not accept this client`, { clientId: settings.clientId })
      return fault(exchange, problem('bff.client_refused', { clientId: settings.clientId }))
    case 'failed':
      if (!native.isTransient) flows.drop(exchange.cookies, flow)
      return {
        answer: { status: 'failed', ...(native.isTransient && { transient: true }), error: native.error },
        status: native.httpStatus,
      }
    case 'unreadable':
      return fault(exchange, problem('bff.issuer_unreachable', { issuer: settings.issuer }))
  }
}

/** Failures of the calls themselves become an answer; only a defect throws. */
async function guarded(services: Services, exchange: Exchange, work: () => Promise<FlowResult>): Promise<FlowResult> {
  try {
    return await work()
  } catch (error) {
    const reason = faultOf(services.settings, error)
    services.settings.log('error', `sign-in failed: ${reason.reason}`, { error, traceId: exchange.traceId })
    return fault(exchange, reason)
  }
}

/**
 * Whether a start was answered in the words of app-native sign-in. A provider that does not know them takes it for an
 * ordinary authorization request: it shows a page, sends the browser on, or refuses as OAuth does.
 */
async function isNative(response: Response): Promise<boolean> {
  if (response.status >= 500 || response.status === 401 || response.status === 429) return true
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined)
  const known = ['flowStatus', 'code', 'reason']
  return typeof body === 'object' && body !== null && known.some((name) => Object.hasOwn(body, name))
}

/** Starts an app-native sign-in; `page` when its steps are shown as plain forms there. */
export function startFlow(
  services: Services,
  exchange: Exchange,
  start: BffFlowStart,
  page?: string,
): Promise<FlowResult> {
  const { settings, provider, sessions } = services
  return guarded(services, exchange, async () => {
    const metadata = (await provider.configuration()).serverMetadata()
    const endpoint = metadata.authorization_endpoint
    if (!endpoint) return fault(exchange, problem('bff.sign_in_failed'))
    const flow: KeptFlow = {
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      returnTo: returnToOf(settings, start.returnTo),
      flowId: '',
      answerUrl: new URL('authn', endpoint).href,
      number: newNumber(),
      version: 0,
      isVersioned: false,
      ...(page !== undefined && { page }),
      startedAt: settings.now(),
    }
    const body = new URLSearchParams({
      client_id: settings.clientId,
      response_type: 'code',
      response_mode: 'direct',
      redirect_uri: callbackUrl(settings),
      scope: settings.scope,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    })
    const isk = (await sessions.read(exchange.cookies))?.session.isk
    if (settings.resource !== undefined) body.set('resource', settings.resource)
    if (start.loginHint && start.loginHint.length <= longestHint) body.set('login_hint', start.loginHint)
    if (start.acrValues) body.set('acr_values', start.acrValues)
    if (start.prompt) body.set('prompt', start.prompt)
    // Step-up goes on with the session there is.
    if (isk !== undefined && start.acrValues) body.set('sessionId', isk)
    const response = await provider.post(endpoint, body, browserHeaders(exchange))
    if (!(await isNative(response))) return fault(exchange, problem('authorization.native_not_enabled'))
    return proceed(services, exchange, flow, response)
  })
}

/** Relays the answer to a step. */
export function answerFlow(
  services: Services,
  exchange: Exchange,
  flow: KeptFlow,
  { version, authenticatorId, params }: BffFlowAnswer,
): Promise<FlowResult> {
  return guarded(services, exchange, async () => {
    const body: NativeAnswer = {
      flowId: flow.flowId,
      ...(flow.isVersioned && { version: ownVersion(version) }),
      selectedAuthenticator: { authenticatorId, ...(params && { params }) },
    }
    const response = await services.provider.post(flow.answerUrl, body, browserHeaders(exchange))
    return proceed(services, exchange, flow, response)
  })
}
