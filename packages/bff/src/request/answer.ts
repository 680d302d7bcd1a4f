import type { ErrorCode, ErrorParams, FlowAnswer } from '@cardea/protocol'
import type { Settings } from '../options.ts'
import type { Exchange } from './exchange.ts'

/** Headers of every answer; nothing here is ever for a cache (T-BFF-08). */
export const answerHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

export const json = (body: object, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

/** 303: the browser goes on by GET and never repeats a form (RFC 9700 §4.12). */
export const redirect = (location: string): Response => new Response(null, { status: 303, headers: { location } })

/** To where only browsers that come from this app are let in: they say its origin, and nothing more of the address. */
export const redirectAsApp = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, 'referrer-policy': 'origin' } })

/** An error code with what its text needs; the text itself lives in `@cardea/locales`. */
export type Problem = { [C in ErrorCode]: { readonly reason: C; readonly params: ErrorParams[C] } }[ErrorCode]

type Plain = { [C in ErrorCode]: Record<never, never> extends ErrorParams[C] ? C : never }[ErrorCode]

export function problem<C extends ErrorCode>(
  reason: C,
  ...[params]: C extends Plain ? [] : [params: ErrorParams[C]]
): Problem {
  return { reason, params: params ?? {} } as Problem
}

/** The body of every refusal, which is also how a flow says that it cannot go on. */
export function failed(exchange: Exchange, { reason, params }: Problem, code: string): FlowAnswer {
  const strings = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]))
  return { status: 'failed', error: { code, reason, description: '', traceId: exchange.traceId, params: strings } }
}

export function refuse(
  exchange: Exchange,
  status: number,
  reason: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = json(failed(exchange, reason, String(status)), status)
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

/** Adds what every answer has. `Set-Cookie` only ever leaves with `no-store`. */
export function complete(settings: Settings, exchange: Exchange, response: Response): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries(answerHeaders)) {
    if (name !== 'referrer-policy' || !headers.has(name)) headers.set(name, value)
  }
  if (settings.secure) headers.set('strict-transport-security', 'max-age=31536000')
  for (const cookie of exchange.cookies.changes()) headers.append('set-cookie', cookie)
  return new Response(response.body, { status: response.status, headers })
}
