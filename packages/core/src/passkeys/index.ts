export { browserPasskeys } from './browser.ts'
export type { PasskeyOutcome, Passkeys } from './passkeys.ts'
