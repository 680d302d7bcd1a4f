import type { Contributed } from './slot.ts'
import type { Store } from './store/store.ts'

/** Structured log line; secrets are masked by the logger, not by the caller. */
export type Log = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void

/** A mail as a transport takes it: both parts are always there. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for every try of the same message. */
  readonly idempotencyKey: string
}

/** What the host gives and every layer may use. Made once per engine; has no state of its own. */
export interface Kernel {
  /** `https://id.example` without a trailing slash; also the issuer. Configuration, never from a request. */
  readonly publicUrl: string
  readonly store: Store
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** `bytes` random bytes, base64url. */
  readonly random: (bytes: number) => string
  /** Seals under the key-encryption key (AES-256-GCM); `context` must be the same to open. */
  readonly seal: (plain: string, context: string) => Promise<string>
  readonly open: (sealed: string, context: string) => Promise<string>
  /** Keyed hash under the key-encryption key (HMAC-SHA256, base64url), for values that must not be guessable from a dump. */
  readonly mac: (value: string, context: string) => string
  /** The one hardened outbound fetcher. */
  readonly fetch: (url: string, init?: { method?: string; headers?: Record<string, string>; body?: string; maxBytes?: number }) => Promise<{ status: number; headers: Headers; body: string }>
  readonly sendMail: (mail: Mail) => Promise<void>
  readonly log: Log
  /** `CARDEA_DEV=1`: development routes exist. */
  readonly development: boolean
  /** What features contributed to a slot. */
  readonly contributed: Contributed
}
