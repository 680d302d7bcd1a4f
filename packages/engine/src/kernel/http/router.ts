import { addRoute, createRouter, findRoute } from 'rou3'
import type { Feature } from '../feature.ts'
import type { Kernel } from '../kernel.ts'
import type { Method, Route, RouteDescription, Surface } from '../route.ts'
import { readBody, validate } from './body.ts'
import type { Call, VerifiedToken } from './call.ts'
import { parseCookies } from './cookies.ts'
import { isOwnHost } from './host-name.ts'
import { locate } from './locate.ts'
import { renderError } from './render.ts'
import { empty } from './reply.ts'
import { parseParameters, requestErrors } from './values.ts'

/** What the host knows about a connection. */
export interface Connection {
  /** The peer's IP address, or the browser's when a trusted proxy says so. */
  readonly address?: string
  /** Path and query as the client sent them; those of the request's URL when absent. */
  readonly target?: string
  /** A proxy that the host trusts has forwarded the request, and `address` is what it says. */
  readonly forwarded?: boolean
}

/** What routing needs beside the kernel. */
export interface Surroundings {
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>
  /** Whether a browser on this origin may read answers of `cors: 'apps'` routes. */
  readonly allowsOrigin: (origin: string) => Promise<boolean>
  /** Told once per request, for metrics and access logs. */
  readonly observe?: (route: string, method: string, status: number, milliseconds: number) => void
}

interface Entry<E> {
  readonly feature: string
  readonly route: Route<E>
}

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Joins the routes of all features into one handler. A method and path declared twice is an error. */
export function createHandler<E extends Kernel>(features: readonly Feature<E>[], engine: E, around: Surroundings) {
  const router = createRouter<Entry<E>>()
  const entries: Entry<E>[] = []
  const seen = new Set<string>()
  for (const feature of features) {
    for (const route of feature.routes ?? []) {
      if (route.access.type === 'development' && !engine.development) continue
      const key = `${route.method} ${route.path}`
      if (seen.has(key)) throw new Error(`${key} is declared twice`)
      seen.add(key)
      const entry = { feature: feature.id, route }
      entries.push(entry)
      addRoute(router, route.method, route.path, entry)
    }
  }

  const isSecure = engine.publicUrl.startsWith('https:')
  const handle = async (request: Request, connection: Connection = {}): Promise<Response> => {
    const started = performance.now()
    const located = locate(connection.target ?? request.url)
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const match = located && findRoute(router, method, located.path)
    const surface = readableBy(request.headers, match?.data.route.surface ?? surfaceOf(located?.path))
    const asked = {
      traceId: engine.random(12),
      path: located?.path ?? '/',
      headers: request.headers,
      query: new Map<string, string>(),
    }
    let response: Response
    try {
      if (!located) throw requestErrors('request.not_found', { path: '/' })
      if (method === 'OPTIONS') response = await preflight(located.path, request)
      else if (!match) throw missing(located.path)
      else {
        const { route } = match.data
        if (route.access.type === 'development' && !isOwnHost(engine.publicUrl, request))
          throw requestErrors('request.not_found', { path: located.path.slice(0, 200) })
        // RFC 6749 §3.1 and §3.2; a field that a person leaves empty is another matter.
        const omitEmpty = surfaceOf(located.path) === 'oauth'
        const query = parseParameters(located.query, omitEmpty)
        if (route.query) validate(Object.fromEntries(query), route.query)
        const token = await admit(route, request, around)
        const { form, json } = await readBody(request, route.body, omitEmpty)
        const call: Call = {
          ...asked,
          method: request.method,
          organization: located.organization,
          params: decode(match.params),
          query,
          form,
          json,
          cookies: parseCookies(request.headers.get('cookie')),
          address: connection.address ?? '',
          forwarded: connection.forwarded ?? false,
          token,
        }
        response = await route.steps.run(call, engine)
      }
    } catch (thrown) {
      response = await renderError(engine, asked, surface, thrown)
    }
    if (match?.data.route.cors) response = await withCors(response, match.data.route.cors, request, allowsOrigin)
    if (isSecure) response.headers.set('strict-transport-security', 'max-age=31536000')
    if (request.method === 'HEAD') response = new Response(null, response)
    around.observe?.(match?.data.route.path ?? '', method, response.status, performance.now() - started)
    return response
  }

  /** When it cannot be found out, it is not allowed; the answer is there all the same. */
  const allowsOrigin = async (origin: string): Promise<boolean> => {
    try {
      return await around.allowsOrigin(origin)
    } catch (error) {
      engine.log('error', 'It could not be found out whether an origin is an app’s.', { error })
      return false
    }
  }

  const missing = (path: string) => {
    const allowed = methods.filter((method) => findRoute(router, method, path))
    if (allowed.length === 0) return requestErrors('request.not_found', { path: path.slice(0, 200) })
    return requestErrors(
      'request.method_not_allowed',
      { method: 'this method', allowed: allowed.join(', ') },
      { allow: allowed.join(', ') },
    )
  }

  const preflight = async (path: string, request: Request): Promise<Response> => {
    const allowed = methods.filter((method) => findRoute(router, method, path))
    const route = allowed
      .map((method) => findRoute(router, method, path)?.data.route)
      .find((candidate) => candidate?.cors)
    if (!route?.cors) throw missing(path)
    const response = empty(204, {
      'access-control-allow-methods': allowed.join(', '),
      'access-control-allow-headers': 'authorization, content-type, dpop',
      'access-control-max-age': '600',
    })
    return withCors(response, route.cors, request, allowsOrigin)
  }

  const describe = (): RouteDescription[] =>
    entries.map(({ feature, route: { steps, ...rest } }) => ({ ...rest, feature, steps: steps.names }))

  return { handle, describe }
}

/** A page is for people: an app that asks for JSON alone (app-native sign-in) gets the app-native body instead. */
function readableBy(headers: Headers, surface: Surface): Surface {
  const accept = headers.get('accept') ?? ''
  return surface === 'page' && accept.includes('application/json') && !accept.includes('text/html') ? 'native' : surface
}

/** A path nobody answers still speaks the language of its neighbourhood. */
function surfaceOf(path: string | undefined): Surface {
  if (path?.startsWith('/oauth2/') || path?.startsWith('/oidc/') || path?.startsWith('/.well-known/')) return 'oauth'
  return path?.startsWith('/api/') ? 'problem' : 'page'
}

function decode(params: Record<string, string> | undefined): Readonly<Record<string, string>> {
  if (!params) return {}
  const decoded: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(params)) {
    try {
      decoded[name] = decodeURIComponent(value)
    } catch {
      throw requestErrors('request.invalid_parameter', { name, reason: 'is not percent-encoded UTF-8' })
    }
  }
  return decoded
}

/** RFC 6750 §3: who lacks a token is asked for one, who has the wrong one is told so. */
async function admit<E>(route: Route<E>, request: Request, around: Surroundings): Promise<VerifiedToken | undefined> {
  if (route.access.type !== 'token') return undefined
  const [scheme, presented] = (request.headers.get('authorization') ?? '').split(' ', 2)
  if (scheme?.toLowerCase() !== 'bearer' || !presented) {
    throw requestErrors('request.token_required', {}, { 'www-authenticate': 'Bearer' })
  }
  const token = await around.verify(presented)
  if (!token) throw requestErrors('request.token_invalid', {}, { 'www-authenticate': 'Bearer error="invalid_token"' })
  const { scopes } = route.access
  if (!scopes.some((scope) => token.scopes.has(scope))) {
    const scope = scopes.join(' ')
    throw requestErrors(
      'request.insufficient_scope',
      { scope },
      { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
    )
  }
  return token
}

async function withCors(
  response: Response,
  cors: 'any' | 'apps',
  request: Request,
  allows: Surroundings['allowsOrigin'],
): Promise<Response> {
  const origin = request.headers.get('origin')
  if (!origin) return response
  if (cors === 'apps' && !(await allows(origin))) return response
  response.headers.set('access-control-allow-origin', cors === 'any' ? '*' : origin)
  response.headers.set('cross-origin-resource-policy', 'cross-origin')
  response.headers.set('access-control-expose-headers', 'WWW-Authenticate, Retry-After')
  if (cors === 'apps') response.headers.append('vary', 'Origin')
  return response
}
