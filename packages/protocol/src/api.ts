import { z } from 'zod'
import { zId } from './ids.ts'
import { zSignInPolicy } from './policy.ts'
import {
  zAccessTokenLifetime,
  zApiScopes,
  zAttributes,
  zAuthMethod,
  zBranding,
  zClientId,
  zEmail,
  zGrantType,
  zHandle,
  zIdTokenAlg,
  zJwks,
  zName,
  zOrigin,
  zProfile,
  zRedirectUri,
  zRefreshLeeway,
  zRefreshLifetime,
  zResourceIdentifier,
  zScope,
  zUrl,
  zUsername,
} from './values.ts'

/** Bodies of the Admin API, `/api/v1`. Every body is strict: a member that is not listed is refused. */

/** ISO 8601, UTC. */
export const zTime = z.iso.datetime()

/** Query of every list. `after` is the `next` of the page before. */
export const zListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).optional(),
  after: z.string().max(500).optional(),
  search: z.string().max(200).optional(),
})

/** A page of a list; `next` is absent on the last one. */
export function zPage<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() })
}
export interface ApiPage<T> {
  items: T[]
  next?: string | undefined
}

/** RFC 9457, with the error's code and parameters. */
export const zProblem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  params: z.record(z.string(), z.unknown()),
  traceId: z.string(),
})

const profile = {
  name: zName.optional(),
  givenName: zName.optional(),
  familyName: zName.optional(),
  picture: zUrl.optional(),
  locale: z.string().max(35).optional(),
  zoneinfo: z.string().max(64).optional(),
}

/** The members of a change may be `null`, which clears them. */
export const profileChange = {
  name: zName.nullable().optional(),
  givenName: zName.nullable().optional(),
  familyName: zName.nullable().optional(),
  picture: zUrl.nullable().optional(),
  locale: z.string().max(35).nullable().optional(),
  zoneinfo: z.string().max(64).nullable().optional(),
}

export const zAccount = z.object({
  id: zId('account'),
  organization: zId('organization'),
  username: z.string(),
  email: z.string().optional(),
  emailVerified: z.boolean(),
  ...profile,
  picture: z.string().optional(),
  attributes: zAttributes,
  status: z.enum(['active', 'disabled']),
  createdAt: zTime,
  updatedAt: zTime,
})
export type ApiAccount = z.infer<typeof zAccount>

export const zAccountCreate = z.strictObject({
  username: zUsername,
  email: zEmail.optional(),
  emailVerified: z.boolean().optional(),
  ...profile,
  attributes: zAttributes.optional(),
})
export const zAccountPatch = z.strictObject({
  username: zUsername.optional(),
  email: zEmail.nullable().optional(),
  emailVerified: z.boolean().optional(),
  ...profileChange,
  attributes: zAttributes.optional(),
})

export const zFactor = z.object({
  id: zId('factor'),
  /** `password`, `totp`, `passkey`… */
  authenticator: z.string(),
  name: z.string().optional(),
  createdAt: zTime,
  lastUsedAt: zTime.optional(),
  /** Whether it can be given a name. */
  renamable: z.boolean(),
})
export type ApiFactor = z.infer<typeof zFactor>

export const zSession = z.object({
  id: zId('session'),
  /** How the person proved who they are: RFC 8176 values. */
  amr: z.array(z.string()),
  createdAt: zTime,
  lastUsedAt: zTime,
  expiresAt: zTime,
  address: z.string().optional(),
  /** Words out of the user agent: `Firefox`, `macOS`. */
  browser: z.string().optional(),
  device: z.string().optional(),
})
export type ApiSession = z.infer<typeof zSession>

const app = {
  name: zName,
  uri: zUrl.optional(),
  logoUri: zUrl.optional(),
  policyUri: zUrl.optional(),
  tosUri: zUrl.optional(),
  profile: zProfile.optional(),
  authMethod: zAuthMethod.optional(),
  jwks: zJwks.optional(),
  jwksUri: zUrl.optional(),
  redirectUris: z.array(zRedirectUri).max(50).optional(),
  postLogoutRedirectUris: z.array(zRedirectUri).max(50).optional(),
  backchannelLogoutUri: zUrl.optional(),
  grantTypes: z.array(zGrantType).max(20).optional(),
  scopes: z.array(zScope).max(200).optional(),
  firstParty: z.boolean().optional(),
  appNative: z.boolean().optional(),
  origins: z.array(zOrigin).max(50).optional(),
  idTokenAlg: zIdTokenAlg.optional(),
  accessTokenLifetime: zAccessTokenLifetime.optional(),
  refreshLeeway: zRefreshLeeway.optional(),
  refreshLifetime: zRefreshLifetime.optional(),
  signInPolicy: zSignInPolicy.optional(),
}

export const zApp = z.object({
  id: zId('client'),
  organization: zId('organization'),
  clientId: z.string(),
  name: z.string(),
  uri: z.string().optional(),
  logoUri: z.string().optional(),
  policyUri: z.string().optional(),
  tosUri: z.string().optional(),
  profile: zProfile,
  authMethod: zAuthMethod,
  jwks: z.looseObject({ keys: z.array(z.record(z.string(), z.unknown())) }).optional(),
  jwksUri: z.string().optional(),
  redirectUris: z.array(z.string()),
  postLogoutRedirectUris: z.array(z.string()),
  backchannelLogoutUri: z.string().optional(),
  grantTypes: z.array(z.string()),
  scopes: z.array(z.string()),
  firstParty: z.boolean(),
  appNative: z.boolean(),
  origins: z.array(z.string()),
  idTokenAlg: zIdTokenAlg,
  accessTokenLifetime: z.int().optional(),
  refreshLeeway: z.int(),
  refreshLifetime: z.int(),
  signInPolicy: zSignInPolicy.optional(),
  status: z.enum(['active', 'disabled']),
  /** Live secrets, by the start of their SHA-256; the secrets themselves are shown once. */
  secrets: z.array(z.object({ id: z.string() })),
  createdAt: zTime,
  updatedAt: zTime,
})
export type ApiApp = z.infer<typeof zApp>

export const zAppCreate = z.strictObject({ ...app, clientId: zClientId.optional() })
export const zAppPatch = z.strictObject({ ...app, status: z.enum(['active', 'disabled']) }).partial()
/** The answer that shows a secret, once. */
export const zAppSecret = z.object({ id: z.string(), secret: z.string() })
export const zAppCreated = zApp.extend({ secret: z.string().optional() })

/** An API that access tokens are for. */
export const zApi = z.object({
  id: zId('resource'),
  organization: zId('organization'),
  /** The value of `resource` in requests and of `aud` in tokens; one API in the whole deployment, for good. */
  identifier: z.string(),
  name: z.string(),
  scopes: z.array(z.object({ name: z.string(), description: z.string() })),
  /** Seconds; 300 when absent. */
  accessTokenLifetime: z.int().optional(),
})
export type ApiResource = z.infer<typeof zApi>
export const zApiCreate = z.strictObject({
  identifier: zResourceIdentifier,
  name: zName,
  scopes: zApiScopes.optional(),
  accessTokenLifetime: zAccessTokenLifetime.optional(),
})
export const zApiPatch = z.strictObject({
  name: zName.optional(),
  /** All of them: one that is left out is gone. */
  scopes: zApiScopes.optional(),
  accessTokenLifetime: zAccessTokenLifetime.nullable().optional(),
})

export const zOrganization = z.object({
  id: zId('organization'),
  parent: zId('organization').optional(),
  handle: z.string(),
  name: z.string(),
  branding: zBranding.optional(),
  signInPolicy: zSignInPolicy.optional(),
})
export type ApiOrganization = z.infer<typeof zOrganization>
export const zOrganizationCreate = z.strictObject({
  handle: zHandle,
  name: zName,
  branding: zBranding.optional(),
  signInPolicy: zSignInPolicy.optional(),
})
export const zOrganizationPatch = z.strictObject({
  handle: zHandle.optional(),
  name: zName.optional(),
  branding: zBranding.nullable().optional(),
  signInPolicy: zSignInPolicy.nullable().optional(),
})

export const zAuditEntry = z.object({
  /** Place in the organization's chain, from 1. */
  sequence: z.int(),
  id: zId('event'),
  type: z.string(),
  at: zTime,
  actor: z.object({ type: z.enum(['account', 'client', 'system', 'anonymous']), id: z.string().optional() }),
  /** On whose behalf the actor acted, innermost first (RFC 8693 §4.1). */
  act: z.array(z.object({ type: z.enum(['account', 'client']), id: z.string() })).optional(),
  organization: zId('organization'),
  target: z.string().optional(),
  session: z.string().optional(),
  /** `traceId` of the request. */
  request: z.string().optional(),
  /** `client_id` of the app the actor used. */
  app: z.string().optional(),
  address: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  /** SHA-256, base64url, over the entry and the hash before it. */
  hash: z.string(),
})
export type ApiAuditEntry = z.infer<typeof zAuditEntry>

/** Query of a list out of the audit trail, whose pages are told by a place in the chain. */
export const zTrailQuery = zListQuery.omit({ search: true, after: true }).extend({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the next of a page')
    .optional(),
})

export const zAuditQuery = zTrailQuery.extend({
  type: z.string().max(100).optional(),
  actor: z.string().max(100).optional(),
  target: z.string().max(200).optional(),
  session: zId('session').optional(),
  since: zTime.optional(),
  until: zTime.optional(),
})
export const zAuditVerification = z.object({
  valid: z.boolean(),
  entries: z.int(),
  /** Entries before these, deleted after the retention (`CARDEA_AUDIT_DAYS`). */
  removed: z.int().optional(),
  /** The first entry that is not what was written. */
  brokenAt: z.int().optional(),
  reason: z.enum(['changed', 'missing', 'reordered', 'truncated']).optional(),
})
