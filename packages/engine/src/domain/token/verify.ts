import type { AccountId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { compactVerify, decodeJwt, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Engine } from '../engine.ts'
import type { KeyPurpose } from '../key/index.ts'
import type { AccessTokenClaims } from './claims.ts'

type Verifying = Pick<Engine, 'keys' | 'publicUrl' | 'now'>

/** Keys by `kid` out of our own set, for the purpose they were made for; nothing else of the header is believed. */
function keysFor(engine: Verifying, purpose: KeyPurpose): JWTVerifyGetKey {
  return async ({ kid, alg }) => {
    const found = kid === undefined ? undefined : await engine.keys.verifier(kid)
    if (found?.purpose !== purpose || found.alg !== alg) throw new Error('not a key of ours for this purpose')
    return found.key
  }
}

/** RFC 9068 §4 without the audience, which is the caller's business; `undefined` for any fault. */
export async function readAccessToken(engine: Verifying, token: string): Promise<AccessTokenClaims | undefined> {
  try {
    const { payload } = await jwtVerify(token, keysFor(engine, 'token'), {
      algorithms: ['ES256'],
      typ: 'at+jwt',
      issuer: engine.publicUrl,
      requiredClaims: ['sub', 'aud', 'client_id', 'exp', 'iat', 'jti', 'scope', 'org_id'],
      currentDate: new Date(engine.now()),
    })
    // Signed by us under the purpose `token`, so the members are those that claims.ts writes.
    return payload as JWTPayload & AccessTokenClaims
  } catch {
    return undefined
  }
}

/** An ID token that came back as a hint. */
export interface HintedIdentity {
  readonly account: AccountId
  readonly clientId: string
  readonly session: string | undefined
}

const zHint = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  sid: z.string().optional(),
})

/** OIDC Core §3.1.2.1, RP-Initiated Logout §2: an ID token of ours, also an expired one. `undefined` for any fault. */
export async function readIdTokenHint(engine: Verifying, hint: string): Promise<HintedIdentity | undefined> {
  try {
    const { protectedHeader } = await compactVerify(hint, keysFor(engine, 'id_token'), {
      algorithms: ['ES256', 'RS256'],
    })
    if (protectedHeader.typ !== 'JWT') return undefined
    const { iss, sub, aud, sid } = zHint.parse(decodeJwt(hint))
    if (iss !== engine.publicUrl || !isId('account', sub)) return undefined
    return { account: sub, clientId: aud, session: sid }
  } catch {
    return undefined
  }
}
