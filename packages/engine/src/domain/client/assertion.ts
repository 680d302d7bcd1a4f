import { hash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Client } from './client.ts'
import type { ClientKeys } from './jwks.ts'

/** Asymmetric only: with a symmetric algorithm a public key would be a secret. */
export const assertionAlgorithms = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519']

/** An assertion may be used for this many seconds at most. */
const longest = 600
/** Clocks of clients may differ by this many seconds. */
const tolerance = 10

/** Whose assertion it claims to be, before anything is verified. */
export function claimedClient(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt<{ sub: unknown }>(assertion)
    return typeof sub === 'string' ? sub : undefined
  } catch {
    return undefined
  }
}

/** What a verified assertion leaves behind: its `jti` must not come again before `expiresAt`. */
export interface UsedAssertion {
  readonly jtiHash: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** RFC 7523 §3 with the client's own keys; `undefined` for any fault. Single use is the caller's next step. */
export async function verifyAssertion(
  kernel: Pick<Kernel, 'publicUrl' | 'now'>,
  keys: ClientKeys,
  client: Client,
  assertion: string,
): Promise<UsedAssertion | undefined> {
  try {
    const { kid } = decodeProtectedHeader(assertion)
    const set = await keys.of(client, kid)
    if (!set) return undefined
    // Keys come from the registration only: `jwk`, `jku` and `x5u` of the header are never looked at.
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(set), {
      algorithms: assertionAlgorithms,
      issuer: client.clientId,
      subject: client.clientId,
      requiredClaims: ['exp', 'jti', 'aud'],
      clockTolerance: tolerance,
      currentDate: new Date(kernel.now()),
    })
    return accept(kernel, payload)
  } catch {
    return undefined
  }
}

function accept({ publicUrl, now }: Pick<Kernel, 'publicUrl' | 'now'>, payload: JWTPayload): UsedAssertion | undefined {
  const { aud, exp = 0, jti } = payload
  // Only the issuer, as one string: an endpoint's URL or a list lets another server's assertion be replayed here
  // (draft-ietf-oauth-rfc7523bis §4).
  if (aud !== publicUrl) return undefined
  if (typeof jti !== 'string' || jti.length === 0 || jti.length > 256) return undefined
  if (exp > now() / 1000 + longest + tolerance) return undefined
  // A NumericDate may have parts of a second (RFC 7519 §2), a row has none.
  return { jtiHash: hash('sha256', jti, 'base64url'), expiresAt: (Math.ceil(exp) + tolerance) * 1000 }
}
