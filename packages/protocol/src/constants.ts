// An entry of its own without schemas: a browser that takes these does not load zod.
export { bffPaths, csrfHeader, formFields } from './bff.ts'

// Single constants, so that a bundler can leave out what a browser does not use of them.
const identifier = 'SWRlbnRpZmllckV4ZWN1dG9yOkxPQ0FM'
const password = 'QmFzaWNBdXRoZW50aWNhdG9yOkxPQ0FM'
const totp = 'dG90cDpMT0NBTA'
const emailOtp = 'ZW1haWwtb3RwLWF1dGhlbnRpY2F0b3I6TE9DQUw'
const passkey = 'RklET0F1dGhlbnRpY2F0b3I6TE9DQUw'

/** `authenticatorId` of the built-in authenticators. */
export const authenticatorIds = { identifier, password, totp, 'email-otp': emailOtp, passkey } as const

/** `authenticatorId` = base64url of `name:idp`; the wire names of the built-in authenticators. */
export const nativeAuthenticators = {
  identifier: { wire: 'IdentifierExecutor', id: identifier, i18nKey: 'authenticator.identifier' },
  password: { wire: 'BasicAuthenticator', id: password, i18nKey: 'authenticator.basic' },
  totp: { wire: 'totp', id: totp, i18nKey: 'authenticator.totp' },
  'email-otp': { wire: 'email-otp-authenticator', id: emailOtp, i18nKey: 'authenticator.email.otp' },
  passkey: { wire: 'FIDOAuthenticator', id: passkey, i18nKey: 'authenticator.passkey' },
} as const
