import { createHash, sign } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Signer } from '../key/index.ts'
import type { AccessTokenClaims } from './claims.ts'

/**
 * Signs an access token (RFC 9068 §2.1) with `node:crypto`: twice jose's rate for ES256 on Node 26, and the
 * one signature that every token request pays.
 */
export function signAccessToken(signer: Signer, claims: AccessTokenClaims): string {
  const header = { alg: signer.alg, typ: 'at+jwt', kid: signer.kid }
  const input = `${base64url(header)}.${base64url(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: signer.key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** Signs an ID token or another JWT about a person; `typ` keeps the kinds apart. */
export function signJwt(
  signer: Signer,
  typ: 'JWT' | 'logout+jwt',
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: signer.alg, typ, kid: signer.kid }).sign(signer.key)
}

/** OIDC Core §3.1.3.6: the left half of the access token's SHA-256 (both our algorithms use it). */
export function tokenHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
