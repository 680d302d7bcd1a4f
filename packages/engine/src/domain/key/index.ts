import type { JSONWebKeySet } from 'jose'

export type KeyPurpose = 'token' | 'id_token' | 'credential' | 'status' | 'saml' | 'cookie'

/** Signing keys per purpose: current and next published, retired ones until nothing they signed can live. */
export interface Keys {
  /** Public keys of tokens and ID tokens, for `jwks_uri`. */
  readonly jwks: () => Promise<JSONWebKeySet>
  readonly rotate: (purpose: KeyPurpose) => Promise<void>
}
