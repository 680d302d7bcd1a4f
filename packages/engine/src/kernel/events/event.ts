import type { AccountId, ClientId, EventId, OrganizationId, SessionId } from '@cardea/protocol'

/** What a feature may put into an event: plain JSON, no secrets. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Who caused it. `system` is a job or the configuration file. */
export type Actor =
  | { readonly type: 'account'; readonly id: AccountId }
  | { readonly type: 'client'; readonly id: ClientId }
  | { readonly type: 'system' }
  | { readonly type: 'anonymous' }

/** The request that an event came from. */
export interface Origin {
  /** `traceId` of the request. */
  readonly request: string
  /** `client_id` of the app the actor used. */
  readonly client?: string
  readonly address?: string
  readonly userAgent?: string
  /** On whose behalf the actor acted, innermost first (RFC 8693 §4.1). */
  readonly act?: readonly { readonly type: 'account' | 'client'; readonly id: string }[]
}

/** Something that happened, in the past tense: `session.ended`, `account.created`. */
export interface NewEvent {
  readonly type: string
  readonly org: OrganizationId
  readonly actor: Actor
  /** The id of what it happened to. */
  readonly target?: string
  readonly session?: SessionId
  /** Parameters for readers and subscribers; never a password, code, token or seed. */
  readonly data?: { readonly [key: string]: Json }
  readonly origin?: Origin
}

/** A written event. `at` is in milliseconds since the epoch. */
export interface Event extends NewEvent {
  readonly id: EventId
  readonly at: number
}
