import type { Settings } from '../options.ts'
import type { CookieJar } from './cookies.ts'
import { cookieJar } from './cookies.ts'

/** One request on its way through the BFF. */
export interface Exchange {
  readonly request: Request
  readonly url: URL
  /** Path below the base, where the address is below it. */
  readonly path: string
  readonly cookies: CookieJar
  /** The browser's address, as the host knows it. */
  readonly address: string | undefined
  readonly traceId: string
}

export const isBelow = ({ basePath }: Settings, path: string): boolean =>
  path === basePath || path.startsWith(`${basePath}/`)

export function exchangeOf(settings: Settings, request: Request, address: string | undefined): Exchange {
  const url = new URL(request.url)
  return {
    request,
    url,
    path: url.pathname.slice(settings.basePath.length),
    cookies: cookieJar(settings, request.headers.get('cookie')),
    address,
    traceId: crypto.randomUUID(),
  }
}
