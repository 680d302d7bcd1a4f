import { isId } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { AccessTokenClaims } from '../../domain/token/index.ts'
import { personClaims } from '../../domain/token/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json, requestErrors } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Body, Route } from '../../kernel/route.ts'

/** RFC 6750 §2.1 and §2.2: in the header or in the form, not in both and never in the query. */
function readToken(call: Call): { token: string } {
  const [scheme, header] = (call.headers.get('authorization') ?? '').split(' ', 2)
  const presented = scheme?.toLowerCase() === 'bearer' ? header : undefined
  const posted = call.form.get('access_token')
  if (presented !== undefined && posted !== undefined) {
    throw requestErrors('request.invalid_parameter', { name: 'access_token', reason: 'must be in one place only' })
  }
  const token = presented ?? posted
  if (!token) throw requestErrors('request.token_required', {}, { 'www-authenticate': 'Bearer' })
  return { token }
}

async function verifyToken({ token }: { token: string }, engine: Engine): Promise<{ claims: AccessTokenClaims }> {
  const claims = await engine.tokens.inspect(token)
  const audience = typeof claims?.aud === 'string' ? [claims.aud] : claims?.aud
  // RFC 9068 §4: a token for somebody's API alone is not for us, or that API could read about the person here.
  if (!claims || !audience?.includes(engine.publicUrl)) throw invalidToken()
  if (!claims.scope.split(' ').includes('openid')) {
    throw requestErrors(
      'request.insufficient_scope',
      { scope: 'openid' },
      { 'www-authenticate': 'Bearer error="insufficient_scope", scope="openid"' },
    )
  }
  return { claims }
}

async function showPerson({ claims }: { claims: AccessTokenClaims }, engine: Engine): Promise<Response> {
  const { sub, grant_id: grantId, scope, client_id: clientId } = claims
  const account = isId('account', sub) ? await engine.accounts.findBySubject(sub) : undefined
  const client = await engine.clients.find(clientId)
  const grant = isId('grant', grantId) ? await engine.grants.find(grantId) : undefined
  if (account?.status !== 'active' || !client || !grant) throw invalidToken()
  return json({
    ...personClaims(account, scope.split(' '), grant.claims?.userinfo, client.scopes),
    sub,
    org_id: claims.org_id,
    org_handle: claims.org_handle,
    user_org: claims.user_org,
  })
}

function invalidToken() {
  return requestErrors('request.token_invalid', {}, { 'www-authenticate': 'Bearer error="invalid_token"' })
}

const route = (method: 'GET' | 'POST', body: Body): Route<Engine> => ({
  method,
  path: '/oauth2/userinfo',
  summary: 'Claims about the person the token is for',
  access: { type: 'public' },
  surface: 'oauth',
  body,
  cors: 'any',
  steps: steps(readToken, verifyToken, showPerson),
})

export const routes: readonly Route<Engine>[] = [route('GET', { type: 'none' }), route('POST', { type: 'form' })]
