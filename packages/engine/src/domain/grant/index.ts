import type { AccountId, GrantId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Unit } from '../../kernel/store/index.ts'
import type { Account } from '../account/index.ts'
import type { AuthorizationRequest } from '../authorization/request.ts'
import type { Client } from '../client/index.ts'
import type { ProvenFactor, Session } from '../session/index.ts'
import { defineSlot } from '../../kernel/slot.ts'
import type { Call } from '../../kernel/http/call.ts'
import type { Engine } from '../engine.ts'

/** What a person (or nobody: client credentials) allowed a client to do; every token carries its id. */
export interface Grant {
  readonly id: GrantId
  readonly org: OrganizationId
  readonly client: Client['id']
  readonly clientId: string
  readonly account: AccountId
  readonly session: SessionId | undefined
  readonly scope: readonly string[]
  readonly resource: readonly string[]
  readonly claims: AuthorizationRequest['claims']
  readonly nonce: string | undefined
  readonly factors: readonly ProvenFactor[]
  readonly acr: string | undefined
  readonly createdAt: number
}

/** A remembered agreement of a person with an app. */
export interface Consent {
  readonly client: Client['id']
  readonly scope: readonly string[]
  readonly grantedAt: number
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

export const tokenGrants = defineSlot<TokenGrant>('token.grants')

export interface Grants {
  /** A grant and its one-time code (60 s, stored as SHA-256), bound to client, redirect URI and PKCE challenge. */
  readonly issueCode: (unit: Unit, grant: { request: AuthorizationRequest; client: Client; account: Account; session: Session; scope: readonly string[] }) => Promise<string>
  /** Whether these scopes still need the person's agreement. */
  readonly needsConsent: (client: Client, account: AccountId, scope: readonly string[]) => Promise<boolean>
  readonly rememberConsent: (unit: Unit, client: Client, account: AccountId, scope: readonly string[]) => Promise<void>
  readonly consents: (org: OrganizationId, account: AccountId) => Promise<readonly Consent[]>
  /** Forgets the consent and revokes the client's grants for that account. Emits `consent.revoked`. */
  readonly revokeConsent: (unit: Unit, org: OrganizationId, account: AccountId, client: Client['id']) => Promise<boolean>
  /** Revokes the grant: its refresh tokens at once, its access tokens at introspection, userinfo and our own APIs. */
  readonly revoke: (unit: Unit, org: OrganizationId, id: GrantId, reason: string) => Promise<void>
  /** All of an account's, but those of one session if given (password change, account disabled or deleted). */
  readonly revokeAll: (unit: Unit, org: OrganizationId, account: AccountId, exceptSession?: SessionId) => Promise<void>
  readonly isLive: (org: OrganizationId, id: GrantId) => Promise<boolean>
}
