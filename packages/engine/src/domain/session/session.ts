import type { AccountId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Enrolled } from '../account/index.ts'

/** One proof of who somebody is, with its time. */
export interface ProvenFactor {
  /** Authenticator: `password`, `passkey`. */
  readonly authenticator: string
  /** RFC 8176 values: `pwd`, `otp`, `hwk`, `user`. */
  readonly amr: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** A browser's (or native app's) single sign-on session: one account, the factors it proved, and when. */
export interface Session {
  readonly id: SessionId
  readonly org: OrganizationId
  readonly account: AccountId
  /** `client_id` of the app it was made for: its first participant. */
  readonly startedBy: string
  readonly factors: readonly ProvenFactor[]
  readonly createdAt: number
  readonly lastUsedAt: number
  /** Absolute end; idle end is a setting. */
  readonly expiresAt: number
  readonly userAgent: string | undefined
  readonly address: string | undefined
  /** Value of `isk` in ID tokens and of the parameter `sessionId`: reuses the session without a cookie. Stored as SHA-256. */
  readonly iskHash: string
  /** The same for sessions of one person in one browser, which end together; absent while it is the only one. */
  readonly browser?: SessionId | undefined
}

/** A session that a browser or app has shown to be its own, and whose it is. */
export interface LiveSession extends Session {
  readonly owner: Enrolled
}
