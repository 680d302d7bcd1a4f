import { csrfHeader } from '@cardea/protocol'

/** A browser without a screen: keeps cookies per host, names its origin, never follows a redirect by itself. */
export interface Browser {
  readonly open: (url: string, init?: RequestInit) => Promise<Response>
  /** A call by the app's script: header, Origin, cookies. */
  readonly call: (url: string, init?: RequestInit) => Promise<Response>
  readonly post: (url: string, body: object) => Promise<Response>
  readonly form: (url: string, fields: Record<string, string>) => Promise<Response>
  /** Follows redirects until an address starts with `until`, which is not opened. */
  readonly follow: (url: string, until: string) => Promise<string>
  readonly cookies: () => Map<string, string>
  /** Everything the page could see: bodies, headers other than cookies, addresses. */
  readonly seen: string[]
}

/** `send`: how requests travel; over the network unless a test keeps everything in one process. */
export function browser(origin: string, send: typeof fetch = fetch): Browser {
  const jar = new Map<string, string>()
  const seen: string[] = []

  const store = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      if (attributes.some((each) => /^max-age=0$/i.test(each) || /^expires=Thu, 01 Jan 1970/i.test(each)))
        jar.delete(name)
      else jar.set(name, value)
    }
  }

  const open = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await send(url, { redirect: 'manual', ...init, headers })
    store(response)
    const shown = [...response.headers].filter(([name]) => name !== 'set-cookie').map((pair) => pair.join(': '))
    seen.push(url, ...shown, await response.clone().text())
    return response
  }

  const call: Browser['call'] = (url, init = {}) =>
    open(url, {
      ...init,
      headers: { [csrfHeader]: '1', origin, 'sec-fetch-site': 'same-origin', ...(init.headers as object) },
    })

  const form: Browser['form'] = (url, fields) =>
    open(url, {
      method: 'POST',
      headers: { origin, 'sec-fetch-site': 'same-origin', referer: `${origin}/sign-in` },
      body: new URLSearchParams(fields),
    })

  return {
    open,
    call,
    form,
    seen,
    post: (url, body) =>
      call(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    async follow(url, until) {
      let at = url
      for (let hop = 0; hop < 12; hop++) {
        const response = await open(at)
        const location = response.headers.get('location')
        if (!location) throw new Error(`${at} answered ${response.status}`)
        at = new URL(location, at).href
        if (at.startsWith(until)) return at
      }
      throw new Error('redirected in circles')
    },
    cookies: () => jar,
  }
}
