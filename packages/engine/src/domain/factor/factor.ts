import type { AccountId, FactorId, OrganizationId } from '@cardea/protocol'

/** One enrolled credential of an account, as its authenticator keeps it. */
export interface StoredFactor {
  readonly id: FactorId
  readonly org: OrganizationId
  readonly account: AccountId
  readonly authenticator: string
  /** What the person calls it. */
  readonly name: string | undefined
  /** The authenticator's own text: a hash, a sealed seed, a public key. */
  readonly secret: string
  /** Unique among the authenticator's factors: a credential id, or the account for what it may have only one of. */
  readonly lookup: string
  /** Only grows: the last TOTP time step, a passkey's signature counter. */
  readonly counter: number
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}
