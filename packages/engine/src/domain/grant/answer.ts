import { remainingResources } from '../authorization/index.ts'
import type { Engine } from '../engine.ts'
import { usualTokenLifetime } from './code.ts'
import { grantErrors } from './errors.ts'
import type { GrantAnswerRequest, TokenAnswer } from './index.ts'
import { extendTokens } from './store.ts'

/** The tokens of a person's grant: access token, ID token with `openid`, refresh token as given. */
export async function answerGrant(engine: Engine, request: GrantAnswerRequest): Promise<TokenAnswer> {
  const { client, grant, refreshToken } = request
  const account = await engine.accounts.findBySubject(grant.account)
  if (account?.status !== 'active') throw grantErrors(request.failure)
  const subject = { account, grant }
  // What the app may not ask for any more, no old grant gives it either (ASVS 8.3.2).
  const still = request.scope.filter((name) => client.scopes.includes(name))
  const resource = await remainingResources(engine, client, request.resource)
  const issued = await engine.tokens.access({ client, scope: still, resource, subject, at: request.at })
  const { accessToken, scope, expiresIn } = issued
  if (expiresIn > usualTokenLifetime(client)) {
    // Written before the token is handed out: a revocation must be remembered as long as it lives.
    await engine.store.unit((unit) => extendTokens(unit, grant, engine.now() + expiresIn * 1000))
    // One that came in between has denied the grant for the usual time only.
    if (!(await engine.grants.find(grant.id))) throw grantErrors(request.failure)
  }
  const answer: TokenAnswer = {
    accessToken,
    tokenType: 'Bearer',
    expiresIn,
    scope,
    ...(refreshToken !== undefined && { refreshToken }),
  }
  if (!scope.includes('openid')) return answer
  const idToken = await engine.tokens.identity({ client, subject, accessToken, scope, nonce: request.nonce })
  return { ...answer, idToken }
}
