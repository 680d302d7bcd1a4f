import { csrfHeader } from '@cardea/protocol'
import type { Settings } from '../options.ts'
import { problem, refuse } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** What the browser itself says about where a request comes from; `unknown` when it says nothing. */
function source(request: Request, origin: string): 'same' | 'other' | 'unknown' {
  const site = request.headers.get('sec-fetch-site')
  const from = request.headers.get('origin')
  if (site !== null) {
    // A page with `Referrer-Policy: no-referrer` posts its forms with the origin `null` (Fetch §3.2).
    return site === 'same-origin' && (from === null || from === 'null' || from === origin) ? 'same' : 'other'
  }
  if (from === null) return 'unknown'
  return from === origin ? 'same' : 'other'
}

const safe = new Set(['GET', 'HEAD'])

/**
 * A call by the app's own script: the header that no other origin can add without a preflight, and no word of
 * the browser against it. A same-origin GET of an older browser carries neither `Origin` nor `Sec-Fetch-Site`.
 */
export function isOwnCall(request: Request, origin: string): boolean {
  if (request.headers.get(csrfHeader) !== '1') return false
  const from = source(request, origin)
  return from === 'same' || (from === 'unknown' && safe.has(request.method))
}

/** A plain form post from one of the app's own pages. */
export function isOwnForm(request: Request, origin: string): boolean {
  return source(request, origin) === 'same'
}

/** Characters of a header in the log: anybody may send it. */
const longestValue = 200

function reasonFor(request: Request, { origin }: Settings): string {
  const { headers } = request
  const from = source(request, origin)
  if (from === 'same') return `it has no header ${csrfHeader}`
  if (from === 'unknown') return `it names no origin and may lack the header ${csrfHeader}`
  const site = headers.get('sec-fetch-site')?.slice(0, longestValue)
  const came = headers.get('origin')?.slice(0, longestValue) ?? 'no origin'
  return `it came from ${came}${site === undefined ? '' : ` (Sec-Fetch-Site: ${site})`}, the app is at ${origin}`
}

/** Refuses what `isOwnCall` or `isOwnForm` did not take, and tells the developer: a wrong `publicUrl` looks like an attack. */
export function refuseForeign(settings: Settings, exchange: Exchange): Response {
  const { request, traceId } = exchange
  settings.log('warn', `refused as not of this app: ${reasonFor(request, settings)}`, { traceId })
  return refuse(exchange, 403, problem('bff.csrf'))
}
