/**
 * Counting failures and calls in the store, so that every process sees them. Delays grow with failures from
 * strangers and never lock a person out of a session they hold or of a device they have signed in from.
 */
export interface Attempts {
  /** Fails with `request.rate_limited` (429, `Retry-After`) when `key` has used up `limit` calls in `seconds`. */
  readonly take: (key: string, rule: { readonly limit: number; readonly seconds: number }) => Promise<void>
  /** Fails with `flow.wait` while the subject or the address must wait. */
  readonly allow: (who: { readonly subject: string; readonly address: string; readonly knownDevice: boolean }) => Promise<void>
  readonly failed: (who: { readonly subject: string; readonly address: string; readonly knownDevice: boolean }) => Promise<void>
  readonly succeeded: (who: { readonly subject: string; readonly address: string; readonly knownDevice: boolean }) => Promise<void>
}
