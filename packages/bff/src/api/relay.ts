import { bffPaths } from '@cardea/protocol'
import { problem, refuse } from '../request/answer.ts'
import type { Exchange } from '../request/exchange.ts'
import { isOwnCall, refuseForeign } from '../request/same-origin.ts'
import type { Services } from '../services.ts'
import { overridesMethod, requestHeaders, responseHeaders } from './headers.ts'
import { matchRule } from './match.ts'

const defaultMaxBytes = 1_048_576
/** Milliseconds until an API must have begun to answer. */
const patience = 30_000

/** Passes the body on piece by piece, and stops it at the limit. */
function limited(body: ReadableStream<Uint8Array>, maxBytes: number, onExcess: () => void): ReadableStream<Uint8Array> {
  let size = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        size += piece.byteLength
        if (size <= maxBytes) return controller.enqueue(piece)
        onExcess()
        controller.error(new RangeError('body too large'))
      },
    }),
  )
}

async function send(
  { settings }: Services,
  exchange: Exchange,
  target: URL,
  maxBytes: number,
  accessToken: string,
): Promise<Response> {
  const { request } = exchange
  const tooLarge = () => refuse(exchange, 413, problem('request.too_large', { maxBytes }))
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) return tooLarge()
  let isTooLarge = false
  const given = request.method === 'GET' || request.method === 'HEAD' ? null : request.body
  const body = given && limited(given, maxBytes, () => (isTooLarge = true))
  const impatient = new AbortController()
  const timer = setTimeout(() => impatient.abort(), patience)
  try {
    const init: RequestInit & { duplex: 'half' } = {
      method: request.method,
      headers: requestHeaders(request.headers, accessToken),
      body,
      redirect: 'manual',
      signal: AbortSignal.any([request.signal, impatient.signal]),
      duplex: 'half',
    }
    const response = await settings.fetch(target.href, init)
    // A redirect of the API would lead the token, or the browser, somewhere the rules do not name.
    if (response.status >= 300 && response.status < 400 && response.status !== 304) {
      await response.body?.cancel()
      return refuse(exchange, 502, problem('bff.api_unreachable'))
    }
    return new Response(response.body, { status: response.status, headers: responseHeaders(response.headers) })
  } catch (error) {
    if (isTooLarge) return tooLarge()
    settings.log('error', 'an API does not answer', { error, target: target.origin, traceId: exchange.traceId })
    return refuse(exchange, 502, problem('bff.api_unreachable'))
  } finally {
    clearTimeout(timer)
  }
}

/** `{base}/api/**`: passes on what the rules allow, with the access token and without cookies. */
export async function apiRoute(services: Services, exchange: Exchange): Promise<Response> {
  const { settings, keepFresh } = services
  const { request, url } = exchange
  if (!isOwnCall(request, settings.origin)) return refuseForeign(settings, exchange)
  if (overridesMethod(request.headers, url.searchParams)) return refuse(exchange, 403, problem('bff.api_refused'))
  const match = matchRule(settings.api, request.method, exchange.path.slice(bffPaths.api.length), url.search)
  if (match.status === 'refused') return refuse(exchange, 403, problem('bff.api_refused'))
  if (match.status === 'method') {
    const allowed = match.allowed.join(', ')
    return refuse(exchange, 405, problem('request.method_not_allowed', { method: request.method, allowed }), {
      allow: allowed,
    })
  }
  const freshness = await keepFresh(exchange.cookies)
  if (freshness.status === 'signed-out') return refuse(exchange, 401, problem('bff.signed_out'))
  const { tokens } = freshness.kept.session
  if (freshness.status === 'stale' && tokens.refresh === undefined)
    return refuse(exchange, 401, problem('bff.signed_out'))
  if (freshness.status === 'stale')
    return refuse(exchange, 503, problem('bff.issuer_unreachable', { issuer: settings.issuer }))
  return send(services, exchange, match.target, match.rule.maxBytes ?? defaultMaxBytes, tokens.access)
}
