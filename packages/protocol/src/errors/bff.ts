/** The backend-for-frontend's own refusals. */
export interface BffErrors {
  /** The call did not come from the app's own pages, or lacks its header or form token. */
  'bff.csrf': Record<never, never>
  'bff.signed_out': Record<never, never>
  'bff.issuer_unreachable': { issuer: string }
  /** The identity provider does not know the app, or refuses its credentials or redirect URI. */
  'bff.client_refused': { clientId: string }
  'bff.sign_in_failed': Record<never, never>
  /** A callback without the sign-in it belongs to: another browser, cookies off, or older than ten minutes. */
  'bff.transaction_missing': Record<never, never>
  'bff.api_refused': Record<never, never>
  'bff.api_unreachable': Record<never, never>
  'bff.logout_token_invalid': Record<never, never>
  /** Back-channel logout needs a session store; the session is in the cookie. */
  'bff.store_required': Record<never, never>
}
