import { createHash, randomBytes } from 'node:crypto'
import type { CardeaConfig, FlowAnswer, PageView, RenderPage } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import type { TestEngine } from '../../testing.ts'

export const secret = 'a-secret-of-the-test-app-0001'
export const callback = 'http://localhost:3002/auth/callback'

/** People and apps of the hosted tests. */
export const config: CardeaConfig = {
  organizations: [{ handle: 'demo', name: 'Northwind' }],
  accounts: [
    {
      username: 'alex@demo.test',
      name: 'Alex',
      email: 'alex@demo.test',
      emailVerified: true,
      password: 'demo-alex-2026',
    },
    { username: 'tara@demo.test', password: 'demo-tara-2026', attributes: { mfa: 'totp' } },
    { username: 'bea', password: 'demo-bea-2026' },
    { username: 'uma', password: 'demo-uma-2026' },
  ],
  apis: [{ identifier: 'https://reports.example', name: 'Reports' }],
  apps: [
    { clientId: 'mail', name: 'Mail', secret, redirectUris: [callback], firstParty: true, appNative: true },
    { clientId: 'files', name: 'Files', secret, redirectUris: ['http://localhost:3005/cb'], firstParty: true },
    {
      clientId: 'thirdparty',
      name: 'Third party',
      uri: 'https://third.example',
      secret,
      redirectUris: ['https://third.example/cb'],
    },
  ],
}

/** Pages that show their view as text, so that a test reads what a person would. */
export const pages: RenderPage = (view) => ({
  head: `<title>${view.page}</title>`,
  body: `<script type="application/json">${Buffer.from(JSON.stringify(view)).toString('base64')}</script>`,
})

export const ids = Object.fromEntries(
  Object.entries(nativeAuthenticators).map(([name, { id }]) => [name, id]),
) as Record<keyof typeof nativeAuthenticators, string>

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

type SignInView = Extract<PageView, { page: 'sign-in' }>

export interface Browser {
  readonly cookies: Map<string, string>
  readonly go: (target: string, init?: RequestInit) => Promise<Response>
  /** Starts a sign-in for an app; where the browser is sent. */
  readonly authorize: (clientId?: string, more?: Record<string, string>) => Promise<string>
  readonly view: (target: string) => Promise<SignInView>
  /** Sends the form of a view; `headers` as that browser would. */
  readonly submit: (
    view: SignInView,
    fields: Record<string, string>,
    headers?: Record<string, string>,
  ) => Promise<Response>
  /** The same as the page's script does it. */
  readonly send: (
    view: SignInView,
    fields: Record<string, string>,
  ) => Promise<{ status: number; body: FlowAnswer; response: Response }>
}

/** Where an app sends the browser to sign in. */
export function authorizePath(clientId = 'mail', more: Record<string, string> = {}): string {
  const app = config.apps?.find((one) => one.clientId === clientId)
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: app?.redirectUris?.[0] ?? '',
    scope: 'openid profile',
    state: 'st-1',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...more,
  })
  return `/oauth2/authorize?${query}`
}

/** A browser without JavaScript: cookies, links and forms. */
export function openBrowser(cardea: TestEngine): Browser {
  const cookies = new Map<string, string>()
  const go = async (target: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
    const response = await cardea.fetch(target, { ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=', 2)
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const post = (view: SignInView, fields: Record<string, string>, headers: Record<string, string>) =>
    go(view.form.action, {
      method: 'POST',
      headers: { origin: cardea.publicUrl, ...headers },
      body: new URLSearchParams({ csrf: view.form.csrf, version: String(view.form.version), ...fields }),
    })
  return {
    cookies,
    go,
    async authorize(clientId = 'mail', more = {}) {
      const response = await go(authorizePath(clientId, more))
      return response.headers.get('location') ?? `${response.status}`
    },
    async view(target) {
      const html = await (await go(target)).text()
      const encoded = /<script type="application\/json">([^<]*)</.exec(html)?.[1] ?? ''
      return JSON.parse(Buffer.from(encoded, 'base64').toString())
    },
    submit: (view, fields, headers = {}) => post(view, fields, headers),
    async send(view, fields) {
      const response = await post(view, fields, { accept: 'application/json', 'sec-fetch-site': 'same-origin' })
      return { status: response.status, body: (await response.json()) as FlowAnswer, response }
    },
  }
}

/** Where a form's answer sends the browser. */
export const locationOf = (response: Response): string => response.headers.get('location') ?? `${response.status}`

/** Signs in with name and password; where the browser is sent at the end. */
export async function signIn(
  browser: Browser,
  username: string,
  password: string,
  clientId = 'mail',
  more = {},
): Promise<string> {
  const first = await browser.view(await browser.authorize(clientId, more))
  const second = await browser.view(
    locationOf(await browser.submit(first, { authenticatorId: ids.identifier, username })),
  )
  return locationOf(await browser.submit(second, { authenticatorId: ids.password, password }))
}
