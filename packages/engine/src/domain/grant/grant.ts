import type { AccountId, GrantId, OrganizationId, SessionId } from '@cardea/protocol'
import type { ClaimsRequest } from '../authorization/index.ts'
import type { Client } from '../client/index.ts'
import type { ProvenFactor } from '../session/index.ts'

/** What a person allowed a client to do; every token of theirs carries its id. */
export interface Grant {
  readonly id: GrantId
  /** The person's home organization. */
  readonly org: OrganizationId
  readonly client: Client['id']
  readonly clientId: string
  readonly account: AccountId
  readonly session: SessionId | undefined
  readonly scope: readonly string[]
  readonly resource: readonly string[]
  readonly claims: ClaimsRequest | undefined
  readonly nonce: string | undefined
  readonly factors: readonly ProvenFactor[]
  /** `offline_access` was granted: it outlives the session. */
  readonly offline: boolean
  /** When its refresh tokens end, all of them; never moved. Milliseconds since the epoch, as all times here. */
  readonly expiresAt: number
  readonly createdAt: number
}

/** A remembered agreement of a person with an app. */
export interface Consent {
  readonly client: Client['id']
  readonly scope: readonly string[]
  readonly grantedAt: number
}
