import type { FlowErrors } from '@cardea/protocol'
import type { ErrorCatalogue } from '../catalogue.ts'
import { duration } from './duration.ts'

/** The part of the error texts that a sign-in can show; the SDK ships only these. */
export const flowErrors: Pick<ErrorCatalogue, keyof FlowErrors | 'request.rate_limited' | 'request.internal'> = {
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
}
