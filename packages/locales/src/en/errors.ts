import type { ErrorCatalogue } from '../catalogue.ts'
import { flowErrors } from './flow-errors.ts'

/** What a person reads when something is refused: what happened, and what to do next. */
export const errors: ErrorCatalogue = {
  'request.not_found': ({ path }) => `There is nothing at ${path}.`,
  'request.method_not_allowed': ({ method, allowed }) => `${method} is not possible here. Use ${allowed}.`,
  'request.bad_characters': ({ name }) => `The parameter ${name} has characters that are not allowed.`,
  'request.missing_parameter': ({ name }) => `The parameter ${name} is missing.`,
  'request.token_required': 'An access token is required.',
  'request.token_invalid': 'The access token is expired, revoked or not valid here.',
  'request.insufficient_scope': ({ scope }) => `The access token needs the scope ${scope}.`,

  'client.authentication_failed': 'The app could not prove who it is.',
  'client.unknown': 'This app is not known here.',
  'client.grant_not_allowed': ({ grantType }) => `This app may not use the grant type ${grantType}.`,
  'grant.unsupported_type': ({ grantType }) => `The grant type ${grantType} is not supported.`,
  'grant.invalid_code': 'The code is expired, already used, or was made for another app.',
  'grant.invalid_refresh_token': 'The refresh token is expired, revoked, or was made for another app.',
  'grant.pkce_failed': 'The code verifier does not match the code challenge.',
  'authorization.redirect_uri_invalid': 'The app asked to send you to an address it has not registered.',
  'authorization.response_type_unsupported': ({ responseType }) =>
    `The response type ${responseType} is not supported.`,
  'authorization.response_mode_unsupported': ({ responseMode }) =>
    `The response mode ${responseMode} is not supported.`,
  'authorization.scope_invalid': ({ scope }) => `The scope ${scope} is unknown or not allowed for this app.`,
  'authorization.pkce_required': 'The app must send a PKCE code challenge with method S256.',
  'authorization.target_invalid': ({ resource }) => `The resource ${resource} is unknown or not allowed for this app.`,
  'authorization.request_not_supported': 'The parameter request is not supported.',
  'authorization.request_uri_not_supported': 'The parameter request_uri is not supported.',
  'logout.invalid_request': ({ reason }) => `The sign-out request is not valid: ${reason}.`,

  ...flowErrors,

  'api.not_found': ({ kind }) => `There is no such ${kind}.`,
  'api.conflict': ({ kind, field }) => `There already is another ${kind} with this ${field}.`,
  'api.invalid': ({ field, reason }) => `${field}: ${reason}.`,
  'api.forbidden': 'Your account is not allowed to administer this organization.',
  'api.reauthentication_required': 'Confirm that it is you: sign in again first.',
  'api.last_factor': 'This is your only way to sign in. Add another one first.',
  'api.enrolment_over': 'This set-up has expired or was already used. Start it again.',
  'api.current_password_wrong': 'The current password doesn’t match.',

  'bff.signed_out': 'You are signed out. Sign in to go on.',
  'bff.api_refused': 'The app does not pass this request on.',
  'bff.api_unreachable': 'The service behind the app does not answer. Try again in a moment.',
  'bff.logout_token_invalid': 'The logout token is not valid.',
  'bff.store_required': 'Back-channel logout needs a session store.',
}
