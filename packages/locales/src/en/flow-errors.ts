import type { FlowErrors } from '@cardea/protocol'
import type { ErrorCatalogue } from '../catalogue.ts'
import { duration } from './duration.ts'

type SignInCode =
  | keyof FlowErrors
  | 'request.rate_limited'
  | 'request.internal'
  | 'authorization.access_denied'
  | 'authorization.consent_required'
  | 'authorization.interaction_required'
  | 'authorization.login_required'
  | 'authorization.native_not_enabled'
  | 'authorization.unmet_requirements'
  | 'bff.client_refused'
  | 'bff.csrf'
  | 'bff.issuer_unreachable'
  | 'bff.sign_in_failed'
  | 'bff.transaction_missing'
  | 'request.content_type'
  | 'request.duplicate_parameter'
  | 'request.invalid_parameter'
  | 'request.malformed_json'
  | 'request.too_large'

/**
 * The part of the error texts that a sign-in can show; the SDK ships only these. What comes back behind `cardea_error`
 * has no parameters.
 */
export const flowErrors: Pick<ErrorCatalogue, SignInCode> = {
  'request.rate_limited': ({ seconds }) => `That was a lot of requests. Wait ${duration(seconds)} and try again.`,
  'request.internal': 'Something went wrong on our side. Try again in a moment.',
  'flow.unknown': 'This sign-in is not known anymore. Start again.',
  'flow.expired': 'This took too long, so the sign-in ended. Start again.',
  'flow.superseded': 'This sign-in went on in another tab. Here is where it stands now.',
  'flow.wrong_browser': 'This sign-in was started in another browser. Start again here.',
  'flow.authenticator_unknown': 'This way to sign in does not exist. Choose another one.',
  'flow.authenticator_not_offered': 'This way to sign in is not available right now. Choose another one.',
  'flow.denied': 'You did not allow access, so the sign-in ended.',
  'flow.too_many_attempts': 'Too many attempts. Start again, or use another way to sign in.',
  'flow.wait': ({ seconds }) => `Too many attempts. Wait ${duration(seconds)}, then try again.`,
  'flow.csrf': 'This page is out of date. Try again.',
  'credential.rejected': 'Those details don’t match. Check them and try again.',
  'credential.missing': ({ name }) => {
    const asked: Record<string, string> = {
      username: 'Enter your email or username.',
      password: 'Enter your password.',
      token: 'Enter the six-digit code.',
      OTPcode: 'Enter the six-digit code.',
      tokenResponse: 'Use a passkey to go on.',
    }
    return asked[name] ?? 'Fill in this field.'
  },
  'password.rejected': 'That password doesn’t match. Check it and try again.',
  'password.too_short': ({ min }) => `Use at least ${min} characters.`,
  'password.too_long': ({ max }) => `Use at most ${max} characters.`,
  'password.too_common': 'This password is easy to guess. Choose another one.',
  'totp.rejected': 'That code doesn’t match. Use the one your app shows now.',
  'email_otp.rejected': 'That code doesn’t match. Use the one in our newest email.',
  'email_otp.expired': 'That code is too old. Send a new one.',
  'email_otp.resent': ({ address }) => `We sent a new code to ${address}.`,
  'email_otp.sent': ({ address }) => `We sent a code to ${address}.`,
  'email_otp.too_many_resends': 'We can’t send more codes now. Use the newest one, or another way to sign in.',
  'passkey.rejected': 'That passkey doesn’t match. Try another one, or another way to sign in.',
  'passkey.already_registered': 'This device already has a passkey for your account.',
  'passkey.cancelled': 'No passkey was used. Try again, or choose another way.',

  'authorization.access_denied': 'Access was denied.',
  'authorization.consent_required': 'The app needs your consent.',
  'authorization.interaction_required': 'You need to answer a question before this can go on.',
  'authorization.login_required': 'You need to sign in.',
  'authorization.native_not_enabled': 'App-native sign-in is not turned on for this app.',
  'authorization.unmet_requirements': 'Your sign-in does not meet what the app asks for.',
  'bff.client_refused': ({ clientId }) =>
    `The identity provider does not accept ${clientId ? `the app ${clientId}` : 'this app'}. Check its client id, secret and redirect URI.`,
  'bff.csrf': 'This request did not come from the app. Reload the page and try again.',
  'bff.issuer_unreachable': ({ issuer }) =>
    `Sign-in is not available at the moment${issuer ? `: ${issuer} does not answer` : ''}. Try again in a moment.`,
  'bff.sign_in_failed': 'Sign-in could not be completed. Try again.',
  'bff.transaction_missing': 'This sign-in was started in another browser or took too long. Sign in again.',
  'request.content_type': ({ expected }) => `Send the request as ${expected}.`,
  'request.duplicate_parameter': ({ name }) => `The parameter ${name} is given more than once.`,
  'request.invalid_parameter': ({ name, reason }) => `The parameter ${name} is not valid: ${reason}.`,
  'request.malformed_json': 'The body is not valid JSON.',
  'request.too_large': ({ maxBytes }) => `The request is too large. At most ${maxBytes} bytes are accepted.`,
}
