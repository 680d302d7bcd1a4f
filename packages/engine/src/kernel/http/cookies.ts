import { parse, serialize } from 'cookie-es'

/** Cookies of one deployment: `__Host-` and `Secure` when it is on https, plain names on http://localhost. */
export interface CookieJar {
  readonly read: (cookies: Readonly<Record<string, string>>, name: string) => string | undefined
  /** A `Set-Cookie` value: HttpOnly, Lax, path `/`. `maxAge` in seconds, absent = until the browser closes. */
  readonly set: (name: string, value: string, maxAge?: number) => string
  readonly clear: (name: string) => string
}

export function cookieJar(publicUrl: string): CookieJar {
  const secure = publicUrl.startsWith('https:')
  const full = (name: string) => (secure ? `__Host-${name}` : name)
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const
  return {
    read: (cookies, name) => cookies[full(name)] || undefined,
    set: (name, value, maxAge) =>
      serialize(full(name), value, maxAge === undefined ? attributes : { ...attributes, maxAge }),
    clear: (name) => serialize(full(name), '', { ...attributes, maxAge: 0 }),
  }
}

export function parseCookies(header: string | null): Readonly<Record<string, string>> {
  if (!header) return {}
  const cookies: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(parse(header))) if (value !== undefined) cookies[name] = value
  return cookies
}
