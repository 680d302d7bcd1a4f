import type { CardeaConfig, RenderPage } from '@cardea/protocol'
import type { Engine } from '../domain/engine.ts'
import type { Feature } from '../kernel/feature.ts'
import type { Kernel, Log, Mail, OutboundFetch, Retention } from '../kernel/kernel.ts'

/** Everything the engine needs from its host; it reads no environment and no file but the database. */
export interface EngineOptions {
  /** `https://id.example`: issuer and base of every link. Plain http only for localhost. */
  readonly publicUrl: string
  /** `postgres://…`, or the path of a SQLite file. */
  readonly database: string
  /** 32 random bytes: the key-encryption key. Losing it loses every key, TOTP seed and queued message. */
  readonly key: Uint8Array
  /** Sends one mail; rejects when it could not, and is asked again. */
  readonly sendMail: (mail: Mail) => Promise<void>
  /** Address of the host's account page: a hosted page that leads nowhere else offers it. */
  readonly accountUrl?: string
  /** Draws hosted pages. Without it the engine serves APIs only and a hosted sign-in says so. */
  readonly pages?: RenderPage
  /** Organizations, accounts, apps… to bring about at start. */
  readonly configuration?: CardeaConfig
  /** Exact origins that outbound requests may go to although they are not public https. */
  readonly outboundAllow?: readonly string[]
  /** RP ID of passkeys: the host of `publicUrl` (when absent) or a parent domain of it. Changing it loses every passkey. */
  readonly passkeyRpId?: string
  /** Adds `/dev/…`; only for loopback. */
  readonly development?: boolean
  /** `strict` makes audit lines of stateless issuance durable before the answer. */
  readonly audit?: 'buffered' | 'strict'
  /** `eventDays`: 30 when absent; `auditDays`: for ever when absent. */
  readonly retention?: { readonly [K in keyof Retention]?: Retention[K] | undefined }
  /** How often one client, and one person, may call `/api/v1`, in each process. */
  readonly apiRates?: Partial<Kernel['apiRates']>
  readonly log?: Log
  /** Milliseconds since the epoch; `Date.now` when absent. */
  readonly now?: () => number
  readonly random?: (bytes: number) => string
  /** Replaces the hardened fetcher (tests of a closed network). */
  readonly fetch?: OutboundFetch
  /** Features beside (or instead of) the default ones. */
  readonly features?: readonly Feature<Engine>[]
}
