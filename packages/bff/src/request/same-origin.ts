import { csrfHeader } from '@cardea/protocol'

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
