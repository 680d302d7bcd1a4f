// An entry of its own without schemas: a browser that takes these does not load zod.
export { bffPaths, csrfHeader, formFields } from './bff.ts'

/** `authenticatorId` = base64url of `name:idp`; the wire names of the built-in authenticators. */
export const nativeAuthenticators = {
  identifier: {
    wire: 'IdentifierExecutor',
    id: 'SWRlbnRpZmllckV4ZWN1dG9yOkxPQ0FM',
    i18nKey: 'authenticator.identifier',
  },
  password: { wire: 'BasicAuthenticator', id: 'QmFzaWNBdXRoZW50aWNhdG9yOkxPQ0FM', i18nKey: 'authenticator.basic' },
  totp: { wire: 'totp', id: 'dG90cDpMT0NBTA', i18nKey: 'authenticator.totp' },
  'email-otp': {
    wire: 'email-otp-authenticator',
    id: 'ZW1haWwtb3RwLWF1dGhlbnRpY2F0b3I6TE9DQUw',
    i18nKey: 'authenticator.email.otp',
  },
  passkey: { wire: 'FIDOAuthenticator', id: 'RklET0F1dGhlbnRpY2F0b3I6TE9DQUw', i18nKey: 'authenticator.passkey' },
} as const
