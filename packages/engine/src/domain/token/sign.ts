import { hash, sign } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Signer } from '../key/index.ts'
import type { AccessTokenClaims } from './claims.ts'

/** RFC 9068 §2.1. */
export function signAccessToken(signer: Signer, claims: AccessTokenClaims): string {
  return signNow(signer, 'at+jwt', claims)
}

/**
 * Signs an ID token or another JWT about a person; `typ` keeps the kinds apart. RS256 takes ten times as long as
 * ES256: jose lets a thread of the pool do it.
 */
export async function signJwt(
  signer: Signer,
  typ: 'JWT' | 'logout+jwt',
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const { alg, kid, key } = signer
  return alg === 'ES256'
    ? signNow(signer, typ, claims)
    : new SignJWT(claims).setProtectedHeader({ alg, typ, kid }).sign(key)
}

/** ES256 with `node:crypto`: twice jose's rate on Node 26, since nothing waits for another thread. */
function signNow({ alg, kid, key }: Signer, typ: string, claims: object): string {
  const input = `${base64url({ alg, typ, kid })}.${base64url(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** OIDC Core §3.1.3.6: the left half of the access token's SHA-256 (both our algorithms use it). */
export function tokenHash(accessToken: string): string {
  return hash('sha256', accessToken, 'buffer').subarray(0, 16).toString('base64url')
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
