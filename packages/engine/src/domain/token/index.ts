import type { VerifiedToken } from '../../kernel/http/call.ts'

/** Signing and verifying of access and ID tokens; see `sign.ts`, `claims.ts`, `verify.ts`. */
export interface Tokens {
  /** A JWT access token of ours (RFC 9068) for one of our own APIs: signature, `typ`, `iss`, `aud`, `exp`, deny list, live grant, active account. `undefined` when anything is wrong. */
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>
}
