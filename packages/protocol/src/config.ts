import { z } from 'zod'
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

/** Configuration as code: `cardea.config.ts` or `.json`. */

/** A policy of `policies` by name, or one written in place. */
const zPolicyChoice = z.union([z.string().max(64), zSignInPolicy])

export const zOrganizationConfig = z.strictObject({
  /** URL-safe and unique in the deployment. */
  handle: zHandle,
  name: zName,
  /** Handle of the organization above. The one without is the root. */
  parent: zHandle.optional(),
  branding: zBranding.optional(),
  signInPolicy: zPolicyChoice.optional(),
})

export const zAccountConfig = z.strictObject({
  /** Handle of the home organization; the root when absent. */
  organization: zHandle.optional(),
  username: zUsername,
  email: zEmail.optional(),
  emailVerified: z.boolean().optional(),
  name: zName.optional(),
  givenName: zName.optional(),
  familyName: zName.optional(),
  picture: zUrl.optional(),
  locale: z.string().max(35).optional(),
  zoneinfo: z.string().max(64).optional(),
  attributes: zAttributes.optional(),
  status: z.enum(['active', 'disabled']).optional(),
  /** Fixed password; stored as a hash. */
  password: z.string().min(1).max(256).optional(),
  /** Fixed TOTP seed, base32. */
  totp: z
    .string()
    .regex(/^[A-Z2-7]{16,128}=*$/, 'must be a base32 seed of at least 16 characters')
    .optional(),
})

export const zAppConfig = z
  .strictObject({
    /** Handle of the organization that owns it; the root when absent. */
    organization: zHandle.optional(),
    /** Fixed `client_id`. */
    clientId: zClientId,
    name: zName,
    uri: zUrl.optional(),
    logoUri: zUrl.optional(),
    policyUri: zUrl.optional(),
    tosUri: zUrl.optional(),
    /** `oauth21` when absent. */
    profile: zProfile.optional(),
    /** Follows from `secret` (`client_secret_basic`) or `jwks`/`jwksUri` (`private_key_jwt`) when absent; `none` without either. */
    authMethod: zAuthMethod.optional(),
    secret: z.string().min(16, 'must have at least 16 characters').max(256).optional(),
    jwks: zJwks.optional(),
    jwksUri: zUrl.optional(),
    redirectUris: z.array(zRedirectUri).max(50).optional(),
    postLogoutRedirectUris: z.array(zRedirectUri).max(50).optional(),
    backchannelLogoutUri: zUrl.optional(),
    /** `authorization_code` and `refresh_token` when absent. */
    grantTypes: z.array(zGrantType).max(20).optional(),
    /** `openid profile email offline_access` when absent. */
    scopes: z.array(zScope).max(200).optional(),
    firstParty: z.boolean().optional(),
    appNative: z.boolean().optional(),
    origins: z.array(zOrigin).max(50).optional(),
    idTokenAlg: zIdTokenAlg.optional(),
    accessTokenLifetime: zAccessTokenLifetime.optional(),
    refreshLeeway: zRefreshLeeway.optional(),
    refreshLifetime: zRefreshLifetime.optional(),
    signInPolicy: zPolicyChoice.optional(),
  })
  .superRefine((app, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const method = app.authMethod ?? authMethodOf(app)
    if (app.jwks && app.jwksUri) wrong('jwksUri', 'must not be given beside jwks')
    if (method === 'private_key_jwt' && !app.jwks && !app.jwksUri) wrong('authMethod', 'needs jwks or jwksUri')
    if (method.startsWith('client_secret') && !app.secret) wrong('authMethod', 'needs a secret')
    if (method === 'none' && app.secret) wrong('authMethod', 'must not be none beside a secret')
    if (app.appNative && !app.firstParty) wrong('appNative', 'is for first-party apps only')
  })

/** How an app authenticates when its configuration does not say. */
export function authMethodOf(app: {
  secret?: string | undefined
  jwks?: unknown
  jwksUri?: unknown
}): z.infer<typeof zAuthMethod> {
  if (app.jwks || app.jwksUri) return 'private_key_jwt'
  return app.secret ? 'client_secret_basic' : 'none'
}

export const zApiConfig = z.strictObject({
  organization: zHandle.optional(),
  identifier: zResourceIdentifier,
  name: zName.optional(),
  scopes: zApiScopes.optional(),
  /** Seconds; 300 when absent. */
  accessTokenLifetime: zAccessTokenLifetime.optional(),
})

export const zCardeaConfig = z.strictObject({
  /** Sign-in policies that organizations and apps name. */
  policies: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens'), zSignInPolicy)
    .optional(),
  organizations: z.array(zOrganizationConfig).max(1000).optional(),
  apis: z.array(zApiConfig).max(1000).optional(),
  apps: z.array(zAppConfig).max(1000).optional(),
  accounts: z.array(zAccountConfig).max(10_000).optional(),
})

export type OrganizationConfig = z.infer<typeof zOrganizationConfig>
export type AccountConfig = z.infer<typeof zAccountConfig>
export type AppConfig = z.infer<typeof zAppConfig>
export type ApiConfig = z.infer<typeof zApiConfig>

/** What a `cardea.config.ts` exports. Everything is optional; what it does not name is left alone. */
export type CardeaConfig = z.infer<typeof zCardeaConfig>

/** Types a configuration file: `export default defineConfig({ … })`. */
export function defineConfig(config: CardeaConfig): CardeaConfig {
  return config
}
