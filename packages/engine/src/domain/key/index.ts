import type { CryptoKey, JSONWebKeySet } from 'jose'
import type { Feature } from '../../kernel/feature.ts'
import type { Engine } from '../engine.ts'
import type { KeyAlg, KeyPurpose, Signer } from './key.ts'
import { keyMigrations } from './store.ts'

export type { KeyAlg, KeyPurpose, Signer } from './key.ts'
export { createKeys } from './verbs.ts'

export const keyNoun: Feature<Engine> = {
  id: 'key',
  migrations: keyMigrations,
  jobs: [{ name: 'key.rotate', everySeconds: 3600, run: (engine) => engine.keys.rotateWhenDue() }],
}

export interface VerificationKey {
  readonly purpose: KeyPurpose
  readonly alg: KeyAlg
  readonly key: CryptoKey | Uint8Array
}

/** Signing keys per purpose: current and next published, retired ones until nothing they signed can live. */
export interface Keys {
  /** Public keys of tokens and ID tokens, for `jwks_uri`. */
  readonly jwks: () => Promise<JSONWebKeySet>
  /** The key that signs now; made on first use. Cached. */
  readonly signer: (purpose: KeyPurpose, alg: KeyAlg) => Promise<Signer>
  /** A public key by `kid`, with what it may be used for; `undefined` for a kid that is not ours. */
  readonly verifier: (kid: string) => Promise<VerificationKey | undefined>
  /** Retires the current keys of a purpose; the next ones sign from now on. */
  readonly rotate: (purpose: KeyPurpose, alg?: KeyAlg) => Promise<void>
  /** The job: rotates keys that have signed long enough and deletes those that verify nothing any more. */
  readonly rotateWhenDue: () => Promise<void>
  /** Rejects, in words for the operator, when stored keys cannot be opened. */
  readonly check: () => Promise<void>
}
