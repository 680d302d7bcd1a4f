/** What became of a passkey ceremony. `known`: this device already has one for the account. */
export type PasskeyOutcome =
  | { readonly type: 'answered'; readonly tokenResponse: string }
  | { readonly type: 'cancelled' | 'known' | 'unsupported' }

/** The browser's passkeys. */
export interface Passkeys {
  /** Whether passkeys can be offered in the autofill of the identifier field. */
  conditional(): Promise<boolean>
  /**
   * Runs the ceremony of a challenge (`challengeData` of the app-native wire: a request to use a passkey, or to
   * make one) and packs the result as `tokenResponse`. Never rejects.
   */
  answer(challengeData: string, how: { conditional: boolean; signal: AbortSignal }): Promise<PasskeyOutcome>
}
