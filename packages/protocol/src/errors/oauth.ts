/** Authorization, token, introspection, revocation, userinfo and logout endpoints. */
export interface OAuthErrors {
  'client.authentication_failed': Record<never, never>
  'client.unknown': Record<never, never>
  'client.grant_not_allowed': { grantType: string }
  'grant.unsupported_type': { grantType: string }
  'grant.invalid_code': Record<never, never>
  'grant.invalid_refresh_token': Record<never, never>
  'grant.pkce_failed': Record<never, never>
  'authorization.redirect_uri_invalid': Record<never, never>
  'authorization.response_type_unsupported': { responseType: string }
  'authorization.response_mode_unsupported': { responseMode: string }
  'authorization.scope_invalid': { scope: string }
  'authorization.pkce_required': Record<never, never>
  'authorization.target_invalid': { resource: string }
  'authorization.login_required': Record<never, never>
  'authorization.interaction_required': Record<never, never>
  'authorization.consent_required': Record<never, never>
  'authorization.access_denied': Record<never, never>
  'authorization.unmet_requirements': Record<never, never>
  'authorization.request_not_supported': Record<never, never>
  'authorization.request_uri_not_supported': Record<never, never>
  'authorization.native_not_enabled': Record<never, never>
  'logout.invalid_request': { reason: string }
}
