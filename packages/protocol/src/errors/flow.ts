/** Sign-in flows on every door. None of them differs between a known and an unknown person. */
export interface FlowErrors {
  'flow.unknown': Record<never, never>
  'flow.expired': Record<never, never>
  'flow.superseded': Record<never, never>
  'flow.wrong_browser': Record<never, never>
  'flow.authenticator_unknown': Record<never, never>
  'flow.authenticator_not_offered': Record<never, never>
  'flow.denied': Record<never, never>
  'flow.too_many_attempts': Record<never, never>
  'flow.wait': { seconds: number }
  'flow.csrf': Record<never, never>
  'credential.rejected': Record<never, never>
  'credential.missing': { name: string }
  'password.rejected': Record<never, never>
  'password.too_short': { min: number }
  'password.too_long': { max: number }
  'password.too_common': Record<never, never>
  'totp.rejected': Record<never, never>
  'email_otp.rejected': Record<never, never>
  'email_otp.expired': Record<never, never>
  'email_otp.resent': { address: string }
  'email_otp.sent': { address: string }
  'email_otp.too_many_resends': Record<never, never>
  'passkey.rejected': Record<never, never>
  'passkey.already_registered': Record<never, never>
  'passkey.cancelled': Record<never, never>
}
