import type { ServerSession } from '@cardea/bff'
import { createBff } from '@cardea/bff'
import type { CardeaEngine } from '@cardea/engine'
import { createBffSessions } from '@cardea/engine/bff-sessions'
import type { AccountData } from '@cardea/portal/server'
import { documentOf } from '../document.ts'
import { accountApp, accountBase, accountPath, accountScope, derived } from './app.ts'

export interface Account {
  readonly handles: (path: string) => boolean
  readonly fetch: (request: Request, address: string) => Promise<Response>
}

interface AccountOptions {
  readonly cardea: CardeaEngine
  readonly publicUrl: string
  readonly key: Uint8Array
  readonly clientSecret: string
}

const parts = { me: '', sessions: '/sessions', factors: '/factors', apps: '/apps', activity: '/activity' }

/** The account page and its backend-for-frontend; both reach the engine without a network between. */
export function createAccount({ cardea, publicUrl, key, clientSecret }: AccountOptions): Account {
  const within = (url: string, init: RequestInit) => cardea.fetch(new Request(url, init), { address: '127.0.0.1' })
  const bff = createBff({
    issuer: publicUrl,
    publicUrl,
    clientId: accountApp,
    clientSecret,
    basePath: accountBase,
    home: accountPath,
    scope: accountScope,
    secret: derived(key, 'portal session'),
    store: createBffSessions(cardea.engine, accountApp),
    api: [
      { path: '/me', target: `${publicUrl}/api/v1/me`, methods: ['GET', 'PATCH'] },
      { path: '/me/**', target: `${publicUrl}/api/v1/me`, methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
    ],
    fetch: within,
    log: (level, message, fields) => cardea.engine.log(level, message, fields),
  })

  /** What the page shows first, read as the person. `undefined` when the API takes the token no longer. */
  const read = async (token: string): Promise<AccountData | undefined> => {
    const entries = Object.entries(parts).map(async ([name, path]) => {
      const response = await within(`${publicUrl}/api/v1/me${path}`, { headers: { authorization: `Bearer ${token}` } })
      const body = response.ok ? ((await response.json()) as { items?: unknown }) : undefined
      return [name, body && (name === 'sessions' || name === 'apps' ? body.items : body)] as const
    })
    const found = await Promise.all(entries)
    // Shapes are the API's contract, which the engine's own tests hold it to.
    return found.every(([, value]) => value !== undefined)
      ? (Object.fromEntries(found) as unknown as AccountData)
      : undefined
  }

  const signIn = (url: URL) => {
    const returnTo = encodeURIComponent(url.pathname + url.search)
    return new Response(null, { status: 303, headers: { location: `${accountBase}/login?returnTo=${returnTo}` } })
  }

  const page = async (request: Request, { session, accessToken, cookies }: ServerSession): Promise<Response> => {
    const url = new URL(request.url)
    const token = accessToken()
    const data = session.status === 'signed-in' && token !== undefined ? await read(token) : undefined
    if (!data) return signIn(url)
    const { name, branding } = await cardea.engine.organizations.root()
    const organization = branding ? { name, branding } : { name }
    return documentOf({ page: 'account', session, data, organization, now: Date.now() }, cookies)
  }

  return {
    handles: (path) => path === accountPath || bff.handles(path),
    fetch: async (request, address) => {
      const path = new URL(request.url).pathname
      if (bff.handles(path)) return bff.fetch(request, { address })
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
      return page(request, await bff.session(request))
    },
  }
}
