import type { ClientAuth } from 'openid-client'
import { ClientSecretBasic, ClientSecretPost, PrivateKeyJwt } from 'openid-client'
import type { ApiRule } from './api/rule.ts'
import type { SessionStore } from './session/store.ts'

/** Any `fetch`: the global one, or an engine in the same process. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface BffOptions {
  /** The identity provider, as its metadata names it. `http:` only on loopback, or with `fetch`. */
  issuer: string
  clientId: string
  /** Sent as `client_secret_basic` unless `clientAuthentication` says otherwise. */
  clientSecret?: string
  clientAuthentication?: 'basic' | 'post'
  /** Instead of a secret: `private_key_jwt` with this key, registered at the identity provider. */
  privateKey?: CryptoKey | { key: CryptoKey; kid?: string }
  /** Origin the browser sees the app at: `https://app.example`. Never taken from a request. */
  publicUrl: string
  /** Path everything is below. Default `/auth`. */
  basePath?: string
  /** Path that the cookies are limited to. Default `/`; another one replaces `__Host-` by `__Secure-`. */
  cookiePath?: string
  /** Path to go to where nothing else is known. Default `/`. */
  home?: string
  /** Default `openid profile email offline_access`. */
  scope?: string
  /** RFC 8707: the API that access tokens are for. */
  resource?: string
  /** `cookie` (default) seals the session into the cookie; a store keeps it on the server. */
  store?: 'cookie' | SessionStore
  /** Seals cookies and stored sessions, at least 32 characters. The first seals, all of them open: put a new one in front. */
  secret: string | readonly string[]
  /** Seconds. A session ends after `idle` without use, and `absolute` after sign-in. Defaults: 1 day, 14 days. */
  lifetime?: { idle?: number; absolute?: number }
  /** What the browser may call below `{basePath}/api`; nothing by default. */
  api?: readonly ApiRule[]
  /** Used for every call to the identity provider and to APIs. */
  fetch?: Fetch
  /** Milliseconds since the epoch. */
  now?: () => number
  log?: (level: 'error' | 'warn', message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** Options with their defaults, checked. */
export interface Settings {
  readonly issuer: string
  readonly insecure: boolean
  readonly clientId: string
  readonly clientAuth: ClientAuth
  readonly origin: string
  readonly secure: boolean
  readonly basePath: string
  readonly cookiePath: string
  readonly home: string
  readonly scope: string
  readonly resource: string | undefined
  readonly store: SessionStore | undefined
  readonly secrets: readonly string[]
  readonly idle: number
  readonly absolute: number
  readonly api: readonly ApiRule[]
  readonly fetch: Fetch
  /** Seconds since the epoch. */
  readonly now: () => number
  readonly log: NonNullable<BffOptions['log']>
}

const wrong = (name: string, reason: string) => new TypeError(`createBff: ${name} ${reason}`)

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/

function address(name: string, value: string): URL {
  if (typeof value !== 'string' || !/^https?:/.test(value) || !URL.canParse(value))
    throw wrong(name, 'must be an http or https address')
  return new URL(value)
}

function path(name: string, value: string): string {
  if (!/^\/(?!\/)[\w\-./~]*$/.test(value)) throw wrong(name, 'must be a path that starts with /')
  return value.length > 1 ? value.replace(/\/+$/, '') : value
}

function clientAuth(options: BffOptions): ClientAuth {
  if (options.privateKey) return PrivateKeyJwt(options.privateKey)
  if (!options.clientSecret) throw wrong('clientSecret', 'or privateKey is needed: a BFF is a confidential client')
  return options.clientAuthentication === 'post'
    ? ClientSecretPost(options.clientSecret)
    : ClientSecretBasic(options.clientSecret)
}

function secrets(given: string | readonly string[]): readonly string[] {
  const list = typeof given === 'string' ? [given] : given
  if (!list?.length || list.some((each) => typeof each !== 'string' || each.length < 32))
    throw wrong('secret', 'must have at least 32 characters')
  return list
}

/** What went wrong, from the outside in: messages only, since an error may hold whole answers. */
function causesOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...causesOf(error.cause)] : []
}

/** Names the wrong option in a `TypeError`. */
export function settingsOf(options: BffOptions): Settings {
  const issuer = address('issuer', options.issuer)
  const own = address('publicUrl', options.publicUrl)
  const insecure = issuer.protocol === 'http:'
  if (insecure && !options.fetch && !loopback.test(issuer.hostname))
    throw wrong('issuer', 'must be https unless it is on loopback')
  if (!options.clientId) throw wrong('clientId', 'is missing')
  const basePath = path('basePath', options.basePath ?? '/auth')
  if (basePath === '/') throw wrong('basePath', 'must not be /')
  const { idle = 86_400, absolute = 14 * 86_400 } = options.lifetime ?? {}
  const now = options.now ?? Date.now
  return {
    issuer: options.issuer,
    insecure,
    clientId: options.clientId,
    clientAuth: clientAuth(options),
    origin: own.origin,
    secure: own.protocol === 'https:',
    basePath,
    cookiePath: path('cookiePath', options.cookiePath ?? '/'),
    home: path('home', options.home ?? '/'),
    scope: options.scope ?? 'openid profile email offline_access',
    resource: options.resource,
    store: options.store === 'cookie' ? undefined : options.store,
    secrets: secrets(options.secret),
    idle,
    absolute,
    api: options.api ?? [],
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    now: () => Math.floor(now() / 1000),
    log:
      options.log ??
      ((level, message, fields) => {
        console[level](`cardea bff: ${[message, ...causesOf(fields.error)].join(': ')}`)
      }),
  }
}
