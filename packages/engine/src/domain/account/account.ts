import type { AccountId, OrganizationId } from '@cardea/protocol'
import type { StoredFactor } from '../factor/index.ts'

/** A person in their home organization. Credentials are kept by the authenticators, never here. */
export interface Account {
  readonly id: AccountId
  readonly org: OrganizationId
  /** Unique in the organization, compared in lower case. */
  readonly username: string
  readonly email: string | undefined
  readonly emailVerified: boolean
  readonly name: string | undefined
  readonly givenName: string | undefined
  readonly familyName: string | undefined
  readonly picture: string | undefined
  readonly locale: string | undefined
  readonly zoneinfo: string | undefined
  /** Free attributes that policies may look at: `account.attributes.mfa`. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly status: 'active' | 'disabled'
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** An account with everything it has enrolled, oldest first. */
export interface Enrolled {
  readonly account: Account
  readonly factors: readonly StoredFactor[]
}

/**
 * Who a flow is about. An unknown person gets a ghost, which walks the same code and never succeeds. `factors` is
 * what was enrolled when the subject was looked up, where that was read with it.
 */
export type Subject =
  | {
      readonly type: 'account'
      readonly account: Account
      /** What was typed to say who it is; absent where the proof itself says so. */
      readonly identifier?: string | undefined
      readonly factors?: readonly StoredFactor[]
    }
  | {
      readonly type: 'ghost'
      readonly id: AccountId
      readonly org: OrganizationId
      readonly identifier: string
      readonly factors?: readonly StoredFactor[]
    }
