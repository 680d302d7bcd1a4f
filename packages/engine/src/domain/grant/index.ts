import type { AccountId, GrantId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Call } from '../../kernel/http/index.ts'
import { defineSlot } from '../../kernel/slot.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Account } from '../account/index.ts'
import type { AuthorizationRequest } from '../authorization/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { ProvenFactor, Session } from '../session/index.ts'
import { consentMigrations } from './consent-store.ts'
import { removeEnded, removeUnused } from './expiry.ts'
import type { Consent, Grant } from './grant.ts'
import { grantMigrations } from './store.ts'
import { grantSubscribers } from './subscribers.ts'

export type { Consent, Grant } from './grant.ts'
export { createGrants } from './verbs.ts'

export const grantNoun: Feature<Engine> = {
  id: 'grant',
  migrations: [...grantMigrations, ...consentMigrations],
  subscribers: grantSubscribers,
  jobs: [
    { name: 'grant.forget-ended', everySeconds: 3600, run: removeEnded },
    { name: 'grant.forget-unused', everySeconds: 21_600, run: removeUnused },
  ],
}

/** One grant type of the token endpoint, keyed by its `grant_type`. */
export interface TokenGrant {
  /** Parameters it reads; others are ignored (RFC 6749 §3.2). */
  readonly parameters: readonly string[]
  readonly handle: (engine: Engine, call: Call, client: Client) => Promise<TokenAnswer>
}

export interface TokenAnswer {
  readonly accessToken: string
  readonly tokenType: 'Bearer'
  /** Seconds. */
  readonly expiresIn: number
  readonly refreshToken?: string
  readonly idToken?: string
  readonly scope: readonly string[]
}

/** Where grants of the token endpoint join, keyed by `grant_type`. */
export const tokenGrants = defineSlot<TokenGrant>('token.grants')

/** What a person has just allowed, for a code. */
export interface CodeRequest {
  readonly request: AuthorizationRequest
  readonly client: Client
  readonly account: Account
  readonly session: Session
  /** What was proven for this request; the session may hold more, which `prompt` or `max_age` did not let count. */
  readonly factors: readonly ProvenFactor[]
  readonly scope: readonly string[]
}

/** What a client brings to redeem a code. */
export interface Redemption {
  readonly code: string
  readonly redirectUri: string | undefined
  readonly codeVerifier: string | undefined
}

/** A grant whose code or refresh token was used; `refreshToken` is the new one, if the client may have any. */
export interface IssuedGrant {
  readonly grant: Grant
  readonly refreshToken: string | undefined
  /** When that was: its access token begins then, or it would end after the revocation that is remembered for it. */
  readonly at: number
}

export interface GrantAnswerRequest extends IssuedGrant {
  readonly client: Client
  /** Within the grant's. */
  readonly scope: readonly string[]
  readonly resource: readonly string[]
  /** Goes into the ID token: the first one only. */
  readonly nonce: string | undefined
  /** What the client is told when the account is not active any more. */
  readonly failure: 'grant.invalid_code' | 'grant.invalid_refresh_token'
}

export interface Grants {
  /** A grant and its one-time code (60 s, stored as SHA-256), bound to client, redirect URI and PKCE challenge. Emits `grant.created`. */
  readonly issueCode: (unit: Unit, request: CodeRequest) => Promise<string>
  /** Gives the grant to exactly one caller. Fails with `grant.invalid_code` or `grant.pkce_failed`; a code used twice revokes its grant. */
  readonly redeemCode: (client: Client, redemption: Redemption) => Promise<IssuedGrant>
  /** The same, by one statement, for the code of a grant for exactly these resources; `undefined`, and nothing done, for any other. */
  readonly redeemGranted: (
    client: Client,
    redemption: Redemption,
    resource: readonly string[],
  ) => Promise<IssuedGrant | undefined>
  /** Rotates. Fails with `grant.invalid_refresh_token`; reuse revokes the grant and emits `grant.reuse_detected`. */
  readonly refresh: (client: Client, refreshToken: string) => Promise<IssuedGrant>
  /** The same, by one statement, for the newest token of a grant for exactly these resources; `undefined`, and nothing done, for any other. */
  readonly refreshGranted: (
    client: Client,
    refreshToken: string,
    resource: readonly string[],
  ) => Promise<IssuedGrant | undefined>
  /** The token answer for a person's grant. */
  readonly answer: (request: GrantAnswerRequest) => Promise<TokenAnswer>
  /** A live grant. */
  readonly find: (id: GrantId) => Promise<Grant | undefined>
  /** The grant of a code that can still be redeemed; it is not, by this. */
  readonly findByCode: (code: string) => Promise<Grant | undefined>
  /** The live grant that a refresh token of ours names, and whether it is the one that is good now. */
  readonly findByRefreshToken: (
    token: string,
  ) => Promise<{ readonly grant: Grant; readonly newest: boolean } | undefined>
  /** Whether these scopes still need the person's agreement. */
  readonly needsConsent: (
    client: Client,
    account: Pick<Account, 'org' | 'id'>,
    scope: readonly string[],
  ) => Promise<boolean>
  /** Emits `consent.granted`. */
  readonly rememberConsent: (
    unit: Unit,
    client: Client,
    account: Pick<Account, 'org' | 'id'>,
    scope: readonly string[],
  ) => Promise<void>
  readonly consents: (org: OrganizationId, account: AccountId) => Promise<readonly Consent[]>
  /** Forgets the consent and revokes the client's grants for that account. Emits `consent.revoked`. */
  readonly revokeConsent: (
    unit: Unit,
    org: OrganizationId,
    account: AccountId,
    client: Client['id'],
  ) => Promise<boolean>
  /** Revokes the grant: its refresh tokens at once, its access tokens at introspection, userinfo and our own APIs. */
  readonly revoke: (unit: Unit, org: OrganizationId, id: GrantId, reason: string) => Promise<void>
  /** What apps got in a session and may keep only as long as it lives; `sessions.end` does it. */
  readonly revokeBound: (unit: Unit, org: OrganizationId, session: SessionId) => Promise<void>
  /** All that apps got in a session, offline access too: for a device that is thrown out. */
  readonly revokeSession: (unit: Unit, org: OrganizationId, session: SessionId) => Promise<void>
  /** All of an account's, but those of one session if given (password change, account disabled or deleted). */
  readonly revokeAll: (unit: Unit, org: OrganizationId, account: AccountId, exceptSession?: SessionId) => Promise<void>
  readonly isLive: (org: OrganizationId, id: GrantId) => Promise<boolean>
}
