import type { ClientId, OrganizationId } from '@cardea/protocol'
import type { JSONWebKeySet } from 'jose'
import type { SignInPolicy } from '../flow/index.ts'

export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'

/** What a client must do; a profile only refuses. */
export type Profile = 'oauth21' | 'oidc'

/** A registered app. `clientId` is its name on the wire, `id` the row's. */
export interface Client {
  readonly id: ClientId
  readonly org: OrganizationId
  readonly clientId: string
  readonly name: string
  readonly uri: string | undefined
  readonly logoUri: string | undefined
  readonly policyUri: string | undefined
  readonly tosUri: string | undefined
  readonly profile: Profile
  readonly authMethod: ClientAuthMethod
  /** SHA-256, base64url, of each live secret (two during a change). */
  readonly secretHashes: readonly string[]
  readonly jwks: JSONWebKeySet | undefined
  readonly jwksUri: string | undefined
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly backchannelLogoutUri: string | undefined
  readonly grantTypes: readonly string[]
  /** What it may ask for; `openid profile email offline_access` plus scopes of API resources. */
  readonly scopes: readonly string[]
  /** Ours: no consent is asked. */
  readonly firstParty: boolean
  /** May use `response_mode=direct`; only first-party apps may have it. */
  readonly appNative: boolean
  /** Origins for CORS and passkeys: `https://app.example`. */
  readonly origins: readonly string[]
  readonly idTokenAlg: 'ES256' | 'RS256'
  /** Seconds; what the API or the engine says when undefined. */
  readonly accessTokenLifetime: number | undefined
  /** Seconds in which the same client may repeat its last refresh token; 0 = never. */
  readonly refreshLeeway: number
  /** Seconds from the first refresh token on. */
  readonly refreshLifetime: number
  /** Who may sign in to this app with what; the organization's policy when undefined. */
  readonly signInPolicy: SignInPolicy | undefined
  readonly status: 'active' | 'disabled'
  readonly createdAt: number
  readonly updatedAt: number
}
