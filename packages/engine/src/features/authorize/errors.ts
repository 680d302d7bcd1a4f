import { defineErrors } from '../../kernel/errors.ts'

export const authorizeErrors = defineErrors({
  // Before client and redirect URI are known to be right these are shown here and go nowhere (RFC 6749 §4.1.2.1).
  'client.unknown': { status: 400, oauth: 'invalid_request', native: 'ABA-60005' },
  'client.authentication_failed': { status: 401, oauth: 'invalid_client', native: '401' },
  'authorization.redirect_uri_invalid': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'authorization.native_not_enabled': { status: 400, oauth: 'unauthorized_client', native: 'ABA-60007' },
  'request.missing_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.invalid_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'client.grant_not_allowed': { status: 400, oauth: 'unauthorized_client', native: 'ABA-60001' },
  'authorization.response_type_unsupported': {
    status: 400,
    oauth: 'unsupported_response_type',
    native: 'ABA-60001',
  },
  'authorization.response_mode_unsupported': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'authorization.pkce_required': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  // OIDC Core §3.1.2.6.
  'authorization.request_not_supported': { status: 400, oauth: 'request_not_supported', native: 'ABA-60001' },
  'authorization.request_uri_not_supported': { status: 400, oauth: 'request_uri_not_supported', native: 'ABA-60001' },
  'authorization.login_required': { status: 400, oauth: 'login_required', native: 'ABA-60002' },
  'authorization.interaction_required': { status: 400, oauth: 'interaction_required', native: 'ABA-60002' },
  'authorization.consent_required': { status: 400, oauth: 'consent_required', native: 'ABA-60002' },
})
