import type { Branding, ErrorCode, OrganizationId, PageFrame, RenderPage } from '@cardea/protocol'
import type { Call } from './http/call.ts'
import type { Metrics } from './metrics.ts'
import type { RouteDescription } from './route.ts'
import type { SentMail } from './sent-mail.ts'
import type { Contributed } from './slot.ts'
import type { Store } from './store/store.ts'

/** Structured log line; secrets are masked by the logger, not by the caller. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void

/** A mail as a transport takes it: both parts are always there. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for every try of the same message. */
  readonly idempotencyKey: string
}

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** 64 KiB unless told. */
  readonly maxBytes?: number
}

export interface OutboundResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** How long is kept what nobody needs to go on. */
export interface Retention {
  /** Days after which an event that was handled is deleted. */
  readonly eventDays: number
  /** Days after which the oldest audit entries are deleted; for ever when `undefined`. */
  readonly auditDays: number | undefined
}

/** How often somebody may call an API: `burst` at once, then `perSecond`, in each process. */
export interface ApiRate {
  readonly burst: number
  readonly perSecond: number
}

export type OutboundFetch = (url: string, request?: OutboundRequest) => Promise<OutboundResponse>

/** What the host gives and every layer may use. Made once per engine; has no state of its own. */
export interface Kernel {
  /** `https://id.example` without a trailing slash; also the issuer. Configuration, never from a request. */
  readonly publicUrl: string
  /** Where people see to their own account, if the host has such a page. */
  readonly accountUrl: string | undefined
  readonly store: Store
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly retention: Retention
  /** How often one client, and one person, may call `/api/v1`. */
  readonly apiRates: { readonly client: ApiRate; readonly person: ApiRate }
  /** `bytes` random bytes, base64url. */
  readonly random: (bytes: number) => string
  /** Seals under the key-encryption key (AES-256-GCM); `context` must be the same to open. */
  readonly seal: (plain: string, context: string) => Promise<string>
  readonly open: (sealed: string, context: string) => Promise<string>
  /** Keyed hash under the key-encryption key (HMAC-SHA256, base64url), for values that must not be guessable from a dump. */
  readonly mac: (value: string, context: string) => string
  /** The one hardened outbound fetcher: https, public addresses, pinned, no redirects, 5 s, a size cap. */
  readonly fetch: OutboundFetch
  /** Whether `fetch` would be allowed to try this URL: checked when an address is registered. */
  readonly mayFetch: (url: string) => boolean
  readonly sendMail: (mail: Mail) => Promise<void>
  /** What this process has sent lately, newest first; empty but in development. */
  readonly sentMail: () => readonly SentMail[]
  /** A mail's text in the language of `locale` (BCP 47), with the organization's name as sender. Throws for an unknown template. */
  readonly renderMail: (
    template: string,
    locale: string,
    params: Readonly<Record<string, string>>,
    organization: { readonly name: string; readonly branding?: Branding | undefined },
  ) => Pick<Mail, 'subject' | 'text' | 'html'>
  readonly log: Log
  /** Draws hosted pages. */
  readonly pages: RenderPage
  /** What every page shows around its content: organization (root when not given) and locale of the request. */
  readonly frame: (
    call: Pick<Call, 'headers' | 'query' | 'path'>,
    org?: OrganizationId,
  ) => Promise<Omit<PageFrame, 'nonce'>>
  /** The English text of an error code. */
  readonly text: (code: ErrorCode, params: object) => string
  /** The WebAuthn RP ID of the deployment: the host of `publicUrl` or a parent domain of it. */
  readonly passkeyRpId: string
  /** `CARDEA_DEV=1`: development routes exist. */
  readonly development: boolean
  /** Every route as data, in the order of the features. */
  readonly routes: () => readonly RouteDescription[]
  readonly metrics: Metrics
  /** What features contributed to a slot. */
  readonly contributed: Contributed
}
