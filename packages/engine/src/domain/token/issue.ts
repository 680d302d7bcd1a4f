import type { SessionId } from '@cardea/protocol'
import type { Account } from '../account/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { Grant } from '../grant/index.ts'
import { acrOf } from '../session/index.ts'
import { personClaims } from './claims.ts'
import { signAccessToken, signJwt, tokenHash } from './sign.ts'
import { targetOf } from './target.ts'

/** An ID token is a statement about a moment; clients read it at once. */
const idTokenLifetime = 3600

/** Who a token is about: a person's grant, or nobody but the client. */
export interface Subject {
  readonly account: Account
  readonly grant: Grant
}

export interface AccessTokenRequest {
  readonly client: Client
  readonly scope: readonly string[]
  /** Identifiers of the APIs it is for; those that the scopes belong to when empty. */
  readonly resource: readonly string[]
  readonly subject: Subject | undefined
  /** When it begins, in milliseconds since the epoch; now, if absent. */
  readonly at?: number
}

export interface IssuedAccessToken {
  readonly accessToken: string
  /** What it carries: without the scopes of APIs it is not for. */
  readonly scope: readonly string[]
  /** Seconds. */
  readonly expiresIn: number
}

/** RFC 9068 §2.2. Nothing is written: what revokes it is its grant or the deny list. */
export async function issueAccessToken(engine: Engine, request: AccessTokenRequest): Promise<IssuedAccessToken> {
  const { client, subject } = request
  const { audience, scope, lifetime } = await targetOf(engine, client, request.scope, request.resource)
  const [only, second] = audience
  const iat = Math.floor((request.at ?? engine.now()) / 1000)
  const claims = {
    iss: engine.publicUrl,
    sub: subject?.account.id ?? client.clientId,
    aud: only !== undefined && second === undefined ? only : audience,
    client_id: client.clientId,
    scope: scope.join(' '),
    iat,
    exp: iat + lifetime,
    jti: engine.random(16),
    ...(await organizationClaims(engine, subject, client)),
    ...(subject && {
      grant_id: subject.grant.id,
      ...(subject.grant.session && { sid: subject.grant.session }),
      ...authenticationClaims(subject.grant),
    }),
  }
  const accessToken = signAccessToken(await engine.keys.signer('token', 'ES256'), claims)
  return { accessToken, scope, expiresIn: lifetime }
}

/** OIDC Core §2, signed with the algorithm the client is registered for. */
export async function issueIdToken(
  engine: Engine,
  request: {
    readonly client: Client
    readonly subject: Subject
    readonly accessToken: string
    readonly scope: readonly string[]
    /** Of the authentication request; not repeated on refresh (OIDC Core §12.2). */
    readonly nonce: string | undefined
  },
): Promise<string> {
  const { client, subject, accessToken, scope, nonce } = request
  const { account, grant } = subject
  const iat = Math.floor(engine.now() / 1000)
  const signer = await engine.keys.signer('id_token', client.idTokenAlg)
  return signJwt(signer, 'JWT', {
    ...personClaims(account, scope, grant.claims?.idToken, client.scopes),
    ...(await organizationClaims(engine, subject, client)),
    ...authenticationClaims(grant),
    iss: engine.publicUrl,
    sub: account.id,
    aud: client.clientId,
    iat,
    exp: iat + idTokenLifetime,
    at_hash: tokenHash(accessToken),
    ...(nonce !== undefined && { nonce }),
    ...(grant.session && { sid: grant.session }),
    // Whoever holds it signs in as the person to any app-native app: never in the hands of somebody else's app.
    ...(grant.session && client.firstParty && { isk: engine.sessions.isk(grant.session) }),
  })
}

/** Back-Channel Logout §2.4. The same `jti` for every try of one message. */
export async function issueLogoutToken(
  engine: Engine,
  { client, account, session, jti }: { client: Client; account: string; session: SessionId; jti: string },
): Promise<string> {
  const iat = Math.floor(engine.now() / 1000)
  return signJwt(await engine.keys.signer('id_token', client.idTokenAlg), 'logout+jwt', {
    iss: engine.publicUrl,
    aud: client.clientId,
    sub: account,
    sid: session,
    iat,
    exp: iat + 120,
    jti,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
}

/** Tenancy is in the claims, never in the issuer (design §3). */
async function organizationClaims(engine: Engine, subject: Subject | undefined, client: Client) {
  const org = subject?.grant.org ?? client.org
  const handle = (await engine.organizations.find(org))?.handle
  return {
    org_id: org,
    ...(handle !== undefined && { org_handle: handle }),
    ...(subject && { user_org: subject.account.org }),
  }
}

function authenticationClaims({ factors }: Pick<Grant, 'factors'>) {
  if (factors.length === 0) return {}
  return {
    auth_time: Math.floor(Math.max(...factors.map(({ at }) => at)) / 1000),
    acr: acrOf(factors),
    amr: [...new Set(factors.flatMap(({ amr }) => amr))],
  }
}
