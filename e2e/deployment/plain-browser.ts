/** A form as a browser without JavaScript sees it. */
export interface PlainForm {
  readonly action: string
  /** Hidden fields, and the buttons' names and values. */
  readonly fields: Readonly<Record<string, string>>
  /** Names of everything a person can fill in or press. */
  readonly inputs: readonly string[]
}

export interface PlainPage {
  readonly url: string
  readonly status: number
  readonly body: string
  readonly forms: readonly PlainForm[]
}

export interface PlainBrowser {
  /** Follows redirects until a page, or until `stopAt` is a prefix of where it is sent to. */
  readonly open: (url: string, stopAt?: string) => Promise<PlainPage>
  /** Submits the first form that has an input or field of this name. */
  readonly submit: (page: PlainPage, params: Readonly<Record<string, string>>, stopAt?: string) => Promise<PlainPage>
  readonly cookies: (url: string) => string
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal) return String.fromCodePoint(Number(decimal))
    return entities[name] ?? whole
  })
}

function attributesOf(tag: string): Readonly<Record<string, string>> {
  const found = [...tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'))?/g)].slice(1)
  return Object.fromEntries(found.map(([, name = '', double, single]) => [name, decode(double ?? single ?? '')]))
}

function formsIn(url: string, html: string): PlainForm[] {
  return [...html.matchAll(/<form\b[^>]*>([\s\S]*?)<\/form>/g)].map(([whole, content = '']) => {
    const form = attributesOf(whole.slice(0, whole.indexOf('>')))
    const controls = [...content.matchAll(/<(?:input|button)\b[^>]*>/g)].map(([tag]) => attributesOf(tag))
    const named = controls.filter((control) => control.name)
    return {
      action: new URL(form.action || url, url).href,
      fields: Object.fromEntries(
        named.filter(({ type }) => type === 'hidden').map(({ name = '', value = '' }) => [name, value]),
      ),
      inputs: named.filter(({ type }) => type !== 'hidden').map(({ name = '' }) => name),
    }
  })
}

/**
 * Keeps cookies per host (ports share them, as in browsers), sends what a browser sends with navigations and forms.
 * `planted` are cookies it has before it opens anything, as in a `Cookie` header.
 */
export function createPlainBrowser(planted = ''): PlainBrowser {
  const jar = new Map<string, { readonly value: string; readonly path: string }>()
  for (const [, name = '', value = ''] of planted.matchAll(/([^=;\s]+)=([^;]*)/g)) jar.set(name, { value, path: '/' })

  const keep = (response: Response) => {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(/;\s*/)
      const name = pair.slice(0, pair.indexOf('='))
      const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
      const isOver = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=thu, 01 jan 1970/i.test(one))
      if (isOver) jar.delete(name)
      else jar.set(name, { value: pair.slice(pair.indexOf('=') + 1), path })
    }
  }
  const cookies = (url: string) =>
    [...jar]
      .filter(([, { path }]) => new URL(url).pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ')

  const go = async (url: string, init: RequestInit, stopAt: string | undefined, hops = 0): Promise<PlainPage> => {
    if (hops > 15) throw new Error(`too many redirects at ${url}`)
    if (stopAt !== undefined && url.startsWith(stopAt)) return { url, status: 0, body: '', forms: [] }
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { accept: 'text/html', cookie: cookies(url), ...init.headers },
    })
    keep(response)
    const body = await response.text()
    const location = response.headers.get('location')
    if (location && response.status >= 300 && response.status < 400)
      return go(new URL(location, url).href, {}, stopAt, hops + 1)
    return { url, status: response.status, body, forms: formsIn(url, body) }
  }

  return {
    cookies,
    open: (url, stopAt) => go(url, {}, stopAt),
    submit: async (page, params, stopAt) => {
      const names = Object.keys(params)
      const form = page.forms.find((one) => names.every((name) => one.inputs.includes(name) || name in one.fields))
      if (!form) throw new Error(`no form with ${names.join(', ')} at ${page.url}\n${page.body.slice(0, 2000)}`)
      const body = new URLSearchParams({ ...form.fields, ...params })
      const origin = new URL(page.url).origin
      return go(form.action, { method: 'POST', body, headers: { origin, 'sec-fetch-site': 'same-origin' } }, stopAt)
    },
  }
}

/** Signs in on the hosted pages from `url` on, up to where the app is called back; answers that address. */
export async function signInAt(
  browser: PlainBrowser,
  url: string,
  person: { readonly username: string; readonly password: string },
  callback: string,
): Promise<URL> {
  let page = await browser.open(url, callback)
  if (page.url.startsWith(callback)) return new URL(page.url)
  page = await browser.submit(page, { username: person.username }, callback)
  page = await browser.submit(page, { password: person.password }, callback)
  const asksForConsent = page.forms.some((form) => form.inputs.includes('decision') || 'decision' in form.fields)
  if (asksForConsent) page = await browser.submit(page, { decision: 'approve' }, callback)
  if (!page.url.startsWith(callback)) throw new Error(`sign-in stopped at ${page.url}\n${page.body.slice(0, 3000)}`)
  return new URL(page.url)
}
