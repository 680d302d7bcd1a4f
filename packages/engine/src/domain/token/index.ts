import type { OrganizationId, SessionId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { VerifiedToken } from '../../kernel/http/index.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { AccessTokenClaims } from './claims.ts'
import { createDenials } from './denials.ts'
import type { AccessTokenRequest, IssuedAccessToken, Subject } from './issue.ts'
import { issueAccessToken, issueIdToken, issueLogoutToken } from './issue.ts'
import { forgetDenials, tokenMigrations } from './store.ts'
import type { HintedIdentity } from './verify.ts'
import { readAccessToken, readIdTokenHint } from './verify.ts'

export { agreementOf, definesOne } from './agreement.ts'
export type { AccessTokenClaims } from './claims.ts'
export { personClaims, supportedClaims } from './claims.ts'
export type { IssuedAccessToken } from './issue.ts'
export { openidScopes } from './target.ts'
export type { HintedIdentity } from './verify.ts'

export const tokenNoun: Feature<Engine> = {
  id: 'token',
  migrations: tokenMigrations,
  jobs: [
    {
      name: 'token.forget-denials',
      everySeconds: 600,
      run: (engine) => deleteInPortions(engine.store, (unit, limit) => forgetDenials(unit, engine.now(), limit)),
    },
  ],
}

/** Signing and verifying of access and ID tokens; see `sign.ts`, `claims.ts`, `verify.ts`. */
export interface Tokens {
  /** An access token. Writes nothing. */
  readonly access: (request: AccessTokenRequest) => Promise<IssuedAccessToken>
  readonly identity: (request: {
    readonly client: Client
    readonly subject: Subject
    readonly accessToken: string
    readonly scope: readonly string[]
    readonly nonce: string | undefined
  }) => Promise<string>
  readonly logout: (request: {
    readonly client: Client
    readonly account: string
    readonly session: SessionId
    readonly jti: string
  }) => Promise<string>
  /** A JWT access token of ours (RFC 9068) for one of our own APIs: signature, `typ`, `iss`, `aud`, `exp`, deny list, live grant, active app. `undefined` when anything is wrong. */
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>
  /** The same for any audience, with all claims: introspection, userinfo, revocation. */
  readonly inspect: (token: string) => Promise<AccessTokenClaims | undefined>
  /** An ID token of ours that came back as a hint, also an expired one. */
  readonly hint: (idToken: string) => Promise<HintedIdentity | undefined>
  /** Denies a token (`jti`) or grant until the time its last token expires; milliseconds since the epoch. */
  readonly deny: (unit: Unit, org: OrganizationId, id: string, until: number) => Promise<void>
}

export function createTokens(engine: Engine): Tokens {
  const denials = createDenials(engine)

  const inspect = async (token: string) => {
    const claims = await readAccessToken(engine, token)
    if (!claims || (await denials.has(claims.jti, claims.grant_id))) return undefined
    // An app that was disabled or removed has no valid tokens.
    return (await engine.clients.find(claims.client_id)) ? claims : undefined
  }

  return {
    access: (request) => issueAccessToken(engine, request),
    identity: (request) => issueIdToken(engine, request),
    logout: (request) => issueLogoutToken(engine, request),
    inspect,
    verify: async (token) => {
      const claims = await inspect(token)
      const audience = claims && (typeof claims.aud === 'string' ? [claims.aud] : claims.aud)
      if (!claims || !audience?.includes(`${engine.publicUrl}/api/v1`)) return undefined
      return {
        subject: claims.sub,
        clientId: claims.client_id,
        scopes: new Set(claims.scope.split(' ').filter(Boolean)),
        org: claims.org_id,
        session: claims.sid,
        grant: claims.grant_id,
        authTime: claims.auth_time,
      }
    },
    hint: (idToken) => readIdTokenHint(engine, idToken),
    deny: denials.add,
  }
}
