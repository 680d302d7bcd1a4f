import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerSession } from '@cardea/bff'
import { createBff } from '@cardea/bff'
import type { CardeaEngine } from '@cardea/engine'
import { createBffSessions } from '@cardea/engine/bff-sessions'
import type { AccountData } from '@cardea/portal/server'
import { documentOf } from '../document.ts'
import { accountApp, accountBase, accountPath, accountScope, derived } from './app.ts'

export interface Account {
  readonly handles: (path: string) => boolean
  readonly fetch: (request: Request, path: string, address: string) => Promise<Response>
}

interface AccountOptions {
  readonly cardea: CardeaEngine
  readonly publicUrl: string
  readonly key: Uint8Array
  readonly clientSecret: string
}

/** Whose request is being answered. */
interface Visitor {
  readonly address: string
  readonly userAgent: string | null
}

const parts = { me: '', sessions: '/sessions', factors: '/factors', apps: '/apps', activity: '/activity' }

/** The account page and its backend-for-frontend; both reach the engine without a network between. */
export function createAccount({ cardea, publicUrl, key, clientSecret }: AccountOptions): Account {
  const visitors = new AsyncLocalStorage<Visitor>()
  /** For the visitor, so that limits count and the audit trail names them, not this process (T-AUD-01). */
  const within = (url: string, init: RequestInit) => {
    const { address, userAgent } = visitors.getStore() ?? { address: '127.0.0.1', userAgent: null }
    const request = new Request(url, init)
    if (userAgent !== null) request.headers.set('user-agent', userAgent)
    return cardea.fetch(request, { address })
  }
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

  /** What the page shows first, read as the person; `refused` when the API takes the token no longer. */
  const read = async (token: string): Promise<AccountData | 'refused' | 'failed'> => {
    const entries = Object.entries(parts).map(async ([name, path]) => {
      const response = await within(`${publicUrl}/api/v1/me${path}`, { headers: { authorization: `Bearer ${token}` } })
      if (!response.ok) return response.status === 401 ? 'refused' : 'failed'
      const body = (await response.json()) as { items?: unknown }
      return [name, name === 'sessions' || name === 'apps' ? body.items : body] as const
    })
    const found = await Promise.all(entries)
    const wrong = found.find((entry) => typeof entry === 'string')
    if (wrong) return wrong
    // Shapes are the API's contract, which the engine's own tests hold it to.
    return Object.fromEntries(found.filter((entry) => typeof entry !== 'string')) as unknown as AccountData
  }

  const signIn = (url: URL) => {
    const returnTo = encodeURIComponent(url.pathname + url.search)
    return new Response(null, { status: 303, headers: { location: `${accountBase}/login?returnTo=${returnTo}` } })
  }

  const problem = async (status: number, code: string) => {
    const { id, handle, name, branding } = await cardea.engine.organizations.root()
    const organization = branding ? { id, handle, name, branding } : { id, handle, name }
    const traceId = cardea.engine.random(12)
    // All that a code of the backend-for-frontend says more.
    const params = { issuer: publicUrl, clientId: accountApp }
    const view = { page: 'error', status, code, params, traceId, url: accountPath, retryUrl: accountPath } as const
    return documentOf({ ...view, organization })
  }

  const page = async (request: Request, { session, accessToken, cookies }: ServerSession): Promise<Response> => {
    const url = new URL(request.url)
    const fault = url.searchParams.get('cardea_error')
    // A sign-in that has just failed would be tried for ever.
    const again = () => (fault ? problem(400, fault) : signIn(url))
    const token = accessToken()
    if (session.status === 'signed-out' || token === undefined) return again()
    const data = await read(token)
    if (data === 'refused') return again()
    if (data === 'failed') return problem(503, 'request.internal')
    const { name, branding } = await cardea.engine.organizations.root()
    const organization = branding ? { name, branding } : { name }
    return documentOf({ page: 'account', session, data, organization, now: Date.now() }, cookies)
  }

  const answer = async (request: Request, path: string, address: string): Promise<Response> => {
    if (bff.handles(path)) return bff.fetch(request, { address })
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
    return page(request, await bff.session(request))
  }

  return {
    handles: (path) => path === accountPath || bff.handles(path),
    fetch: (request, path, address) => {
      const visitor = { address, userAgent: request.headers.get('user-agent') }
      return visitors.run(visitor, () => answer(request, path, address))
    },
  }
}
