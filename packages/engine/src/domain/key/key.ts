import type { KeyObject } from 'node:crypto'
import type { KeyId, OrganizationId } from '@cardea/protocol'
import type { JWK } from 'jose'

export type KeyPurpose = 'token' | 'id_token' | 'credential' | 'status' | 'saml' | 'cookie'

export type KeyAlg = 'ES256' | 'RS256'

/** One signing key as it is stored: the private half sealed under the key-encryption key. */
export interface Key {
  /** Also the `kid`. */
  readonly id: KeyId
  readonly org: OrganizationId
  readonly purpose: KeyPurpose
  readonly alg: KeyAlg
  readonly publicJwk: JWK
  readonly sealedPrivate: string
  /** `current` signs, `next` is published ahead of its time, `undefined`: retired. */
  readonly slot: 'current' | 'next' | undefined
  /** Since when it signs; milliseconds since the epoch. */
  readonly createdAt: number
  readonly retiredAt: number | undefined
}

/** The current key, imported. */
export interface Signer {
  readonly kid: KeyId
  readonly alg: KeyAlg
  readonly key: KeyObject
}
