import type { BffFlowStart, BffSession, FlowAnswer, StepForm } from '@cardea/protocol'
import { bffPaths } from '@cardea/protocol'
import { apiRoute } from './api/relay.ts'
import type { BffOptions } from './options.ts'
import { complete, json, problem, refuse } from './request/answer.ts'
import type { Exchange } from './request/exchange.ts'
import { exchangeOf, isBelow } from './request/exchange.ts'
import { isOwnCall, refuseForeign } from './request/same-origin.ts'
import type { Services } from './services.ts'
import { createServices } from './services.ts'
import { publicSession } from './session/session.ts'
import { flowRoute, stepRoute } from './sign-in/flow-routes.ts'
import { callbackRoute, loginRoute } from './sign-in/hosted.ts'
import { formSubject, versionFor } from './sign-in/kept-flow.ts'
import { startFlow } from './sign-in/native.ts'
import { withPageError } from './sign-in/page-error.ts'
import { backChannelRoute } from './sign-out/back-channel.ts'
import { signedOutRoute, signOutRoute, signOutSubject } from './sign-out/sign-out.ts'

/** The session as server code sees it. Send `cookies` as `Set-Cookie` with the page: they carry renewed tokens. */
export type ServerSession = {
  readonly session: BffSession
  /** For server code only: never put it into a page. `undefined` when signed out or not to be renewed now. */
  readonly accessToken: () => string | undefined
  /** For a sign-out form that works without JavaScript. */
  readonly signOutForm: { readonly action: string; readonly csrf: string } | undefined
  readonly cookies: readonly string[]
}

/** A sign-in whose steps a server renders as plain forms. */
export interface ServerFlow {
  readonly answer: FlowAnswer
  readonly form: StepForm | undefined
  readonly cookies: readonly string[]
}

export interface Bff {
  /** Answers everything below the base path. `address`: the browser's, as the host knows it. */
  readonly fetch: (request: Request, info?: { readonly address?: string | undefined }) => Promise<Response>
  readonly handles: (path: string) => boolean
  /** Reads the browser's session while a page is rendered; `user` is in `session.user`. */
  readonly session: (request: Request) => Promise<ServerSession>
  /** The step to show at `page`: the one this browser is at, or that of a new sign-in; with the error the page came back with. */
  readonly flow: (
    request: Request,
    page: string,
    start?: BffFlowStart,
    info?: { readonly address?: string | undefined },
  ) => Promise<ServerFlow>
  readonly basePath: string
}

type Route = (services: Services, exchange: Exchange) => Promise<Response>

async function sessionRoute(services: Services, exchange: Exchange): Promise<Response> {
  const { settings, keepFresh } = services
  if (!isOwnCall(exchange.request, settings.origin)) return refuseForeign(settings, exchange)
  const freshness = await keepFresh(exchange.cookies)
  const body: BffSession =
    freshness.status === 'signed-out' ? { status: 'signed-out' } : publicSession(settings, freshness.kept.session)
  return json(body)
}

const routes: Readonly<Record<string, { readonly method: string; readonly answer: Route }>> = {
  [bffPaths.session]: { method: 'GET', answer: sessionRoute },
  [bffPaths.login]: { method: 'GET', answer: loginRoute },
  [bffPaths.callback]: { method: 'GET', answer: callbackRoute },
  [bffPaths.flow]: { method: 'POST', answer: flowRoute },
  [bffPaths.step]: { method: 'POST', answer: stepRoute },
  [bffPaths.signOut]: { method: 'POST', answer: signOutRoute },
  [bffPaths.signedOut]: { method: 'GET', answer: signedOutRoute },
  [bffPaths.backchannelLogout]: { method: 'POST', answer: backChannelRoute },
}

async function dispatch(services: Services, exchange: Exchange): Promise<Response> {
  const { path, request, url } = exchange
  const notFound = () => refuse(exchange, 404, problem('request.not_found', { path: url.pathname }))
  // A host may hand over more than what is ours.
  if (!isBelow(services.settings, url.pathname)) return notFound()
  if (path.startsWith(`${bffPaths.api}/`)) return apiRoute(services, exchange)
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (!route) return notFound()
  if (request.method !== route.method) {
    const params = { method: request.method, allowed: route.method }
    return refuse(exchange, 405, problem('request.method_not_allowed', params), { allow: route.method })
  }
  return route.answer(services, exchange)
}

/** Makes a backend-for-frontend. Throws a `TypeError` that names a wrong option. */
export function createBff(options: BffOptions): Bff {
  const services = createServices(options)
  const { settings, seals, keepFresh, flows } = services

  return {
    basePath: settings.basePath,
    handles: (path) => isBelow(settings, path),

    async fetch(request, info) {
      const exchange = exchangeOf(settings, request, info?.address)
      try {
        return complete(settings, exchange, await dispatch(services, exchange))
      } catch (error) {
        settings.log('error', 'a request failed', { error, traceId: exchange.traceId })
        return complete(settings, exchange, refuse(exchange, 500, problem('request.internal')))
      }
    },

    async session(request) {
      const { cookies } = exchangeOf(settings, request, undefined)
      const freshness = await keepFresh(cookies)
      if (freshness.status === 'signed-out')
        return {
          session: { status: 'signed-out' },
          accessToken: () => undefined,
          signOutForm: undefined,
          cookies: cookies.changes(),
        }
      const { session } = freshness.kept
      const csrf = await seals.token(signOutSubject(session))
      return {
        session: publicSession(settings, session),
        accessToken: () => (freshness.status === 'fresh' ? session.tokens.access : undefined),
        signOutForm: { action: settings.basePath + bffPaths.signOut, csrf },
        cookies: cookies.changes(),
      }
    },

    async flow(request, page, start = {}, info) {
      const exchange = exchangeOf(settings, request, info?.address)
      const action = settings.basePath + bffPaths.step
      const kept = await flows.newest(exchange.cookies, page)
      if (kept?.step) {
        const [csrf, version] = [await seals.token(formSubject(kept)), versionFor(kept)]
        const answer = { status: 'step', retry: kept.retry ?? false, version, step: kept.step, csrf } as const
        return {
          answer: withPageError(answer, exchange.url),
          form: { action, csrf, version },
          cookies: [],
        }
      }
      const { answer } = await startFlow(services, exchange, start, page)
      const isStep = answer.status === 'step' && answer.csrf !== undefined
      return {
        answer: withPageError(answer, exchange.url),
        form: isStep ? { action, csrf: answer.csrf ?? '', version: answer.version } : undefined,
        cookies: exchange.cookies.changes(),
      }
    },
  }
}
