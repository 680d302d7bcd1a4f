import type { ClientId } from '@cardea/protocol'
import { zAppCreate } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Engine } from '../engine.ts'
import type { Client } from './client.ts'
import { clientErrors } from './errors.ts'
import type { NewClient } from './index.ts'
import { hashSecret } from './secret.ts'

/** A refresh token's family lives for 30 days. */
const refreshLifetime = 30 * 24 * 3600

/** A registration with everything it left out. */
export function withDefaults(kernel: Pick<Kernel, 'random' | 'now'>, given: NewClient): Client {
  const { secret, ...registration } = given
  const id: ClientId = given.id ?? `app_${kernel.random(16)}`
  const now = kernel.now()
  return {
    id,
    clientId: id.slice('app_'.length),
    uri: undefined,
    logoUri: undefined,
    policyUri: undefined,
    tosUri: undefined,
    profile: 'oauth21',
    secretHashes: secret === undefined ? [] : [hashSecret(secret)],
    jwks: undefined,
    jwksUri: undefined,
    postLogoutRedirectUris: [],
    backchannelLogoutUri: undefined,
    grantTypes: ['authorization_code', 'refresh_token'],
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    firstParty: false,
    appNative: false,
    origins: [],
    idTokenAlg: 'ES256',
    accessTokenLifetime: undefined,
    refreshLeeway: 0,
    refreshLifetime,
    signInPolicy: undefined,
    status: 'active',
    createdAt: now,
    updatedAt: now,
    ...defined(registration),
  }
}

/** A registration after a change; `secret` replaces all secrets. */
export function changed(kernel: Pick<Kernel, 'now'>, client: Client, change: Partial<NewClient>): Client {
  const { secret, ...registration } = change
  return {
    ...client,
    ...registration,
    id: client.id,
    org: client.org,
    createdAt: client.createdAt,
    updatedAt: kernel.now(),
    secretHashes: secret === undefined ? client.secretHashes : [hashSecret(secret)],
  }
}

/** Refuses a registration that could not work or would be unsafe; `api.invalid` names the field. */
export function checkRegistration({ mayFetch, flows }: Pick<Engine, 'mayFetch' | 'flows'>, client: Client): void {
  const { id, org, secretHashes, createdAt, updatedAt, status, ...registration } = client
  const parsed = zAppCreate.safeParse(defined(registration))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw invalid(issue?.path.join('.') || 'app', issue?.message ?? 'is invalid')
  }
  // RFC 9700 §4.15: it is the subject of the client's own tokens, which must not be taken for a person's.
  if (client.clientId.startsWith('usr_')) throw invalid('clientId', 'must not look like the id of an account')
  if (client.jwks && client.jwksUri) throw invalid('jwksUri', 'must not be given beside jwks')
  if (client.authMethod === 'private_key_jwt' && !client.jwks && !client.jwksUri) {
    throw invalid('authMethod', 'needs jwks or jwksUri')
  }
  if (client.authMethod === 'none' && client.grantTypes.includes('client_credentials')) {
    throw invalid('grantTypes', 'client_credentials needs a client that authenticates')
  }
  if (client.grantTypes.includes('authorization_code') && client.redirectUris.length === 0) {
    throw invalid('redirectUris', 'must have at least one address')
  }
  // App-native sign-in hands the app a person's credentials (OAuth 2.0 for First-Party Applications §1).
  if (client.appNative && !client.firstParty) throw invalid('appNative', 'is for first-party apps only')
  const [unknown] = client.signInPolicy ? flows.unknownAuthenticators(client.signInPolicy) : []
  if (unknown) throw invalid(`signInPolicy.${unknown.path}`, unknown.reason)
  for (const field of ['backchannelLogoutUri', 'jwksUri'] as const) {
    const url = client[field]
    if (url !== undefined && !mayFetch(url)) throw invalid(field, 'must be an https address that is public')
  }
}

function invalid(field: string, reason: string) {
  return clientErrors('api.invalid', { field, reason })
}

function defined<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
