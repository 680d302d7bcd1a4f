import type { z } from 'zod'
import type { Call } from './http/call.ts'
import type { Pipeline } from './pipeline.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call a route; checked before its first step. */
export type Access =
  /** Anybody; the steps authenticate what they need. */
  | { readonly type: 'public' }
  /** A bearer access token for Cardea's own API with one of these scopes. */
  | { readonly type: 'token'; readonly scopes: readonly string[] }
  /** Development only (`CARDEA_DEV=1`): not routed otherwise. */
  | { readonly type: 'development' }

/** How a route's errors are rendered: RFC 6749 JSON, the app-native body, a page, or RFC 9457 problem+json. */
export type Surface = 'oauth' | 'native' | 'page' | 'problem'

/**
 * How a body is read. `form` and `json` refuse other content types with 415; all refuse duplicate parameters
 * (RFC 6749 §3.1), NUL, lone surrogates and more than `maxBytes`.
 */
export type Body =
  | { readonly type: 'none' }
  | { readonly type: 'form'; readonly maxBytes?: number }
  | { readonly type: 'json'; readonly schema: z.ZodType; readonly maxBytes?: number }
  /** JSON or form, the same members (form doors). */
  | { readonly type: 'either'; readonly maxBytes?: number }

/** One route, as data: routing, validation, OpenAPI, limits and the isolation test come from this. `E` is the engine its steps get. */
export interface Route<E> {
  readonly method: Method
  /** rou3 pattern: `/oauth2/token`, `/api/v1/accounts/:accountId`. */
  readonly path: string
  /** One sentence for OpenAPI. */
  readonly summary: string
  readonly access: Access
  readonly surface: Surface
  readonly body: Body
  /** For JSON APIs: what query, path parameters and the answer look like. */
  readonly query?: z.ZodType
  readonly params?: z.ZodType
  readonly response?: z.ZodType
  /** Status of success for OpenAPI, 200 when absent. */
  readonly status?: number
  /** Answers CORS preflight and adds headers: `any` origin without credentials, or origins of registered apps. */
  readonly cors?: 'any' | 'apps'
  readonly steps: Pipeline<Call, E>
}

/** A route without its steps, for `describe()`, OpenAPI and the isolation test. */
export type RouteDescription = Omit<Route<never>, 'steps'> & {
  readonly feature: string
  readonly steps: readonly string[]
}
