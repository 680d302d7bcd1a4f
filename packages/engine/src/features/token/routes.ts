import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { TokenAnswer, TokenGrant } from '../../domain/grant/index.ts'
import { tokenGrants } from '../../domain/grant/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { tokenErrors } from './errors.ts'

async function authenticateClient(call: Call, engine: Engine): Promise<{ client: Client; call: Call }> {
  const { client } = await engine.clients.authenticate(call)
  return { client, call }
}

function findGrant(
  { call, client }: { call: Call; client: Client },
  engine: Engine,
): { grantType: string; grant: TokenGrant } {
  const grantType = call.form.get('grant_type')
  if (grantType === undefined) throw tokenErrors('request.missing_parameter', { name: 'grant_type' })
  const grant = engine.contributed(tokenGrants).get(grantType)
  if (!grant) throw tokenErrors('grant.unsupported_type', { grantType: grantType.slice(0, 100) })
  if (!client.grantTypes.includes(grantType)) throw tokenErrors('client.grant_not_allowed', { grantType })
  return { grantType, grant }
}

async function issueTokens(
  { call, client, grant, grantType }: { call: Call; client: Client; grant: TokenGrant; grantType: string },
  engine: Engine,
): Promise<{ answer: TokenAnswer }> {
  const answer = await grant.handle(engine, call, client)
  await engine.audit.line({
    type: 'token.issued',
    org: client.org,
    actor: { type: 'client', id: client.id },
    target: client.id,
    data: { clientId: client.clientId, grantType, scope: answer.scope },
  })
  return { answer }
}

/** RFC 6749 §5.1. `scope` is always there, so that nobody has to guess. */
function respond({ answer }: { answer: TokenAnswer }): Response {
  const body = {
    access_token: answer.accessToken,
    token_type: answer.tokenType,
    expires_in: answer.expiresIn,
    scope: answer.scope.join(' '),
    ...(answer.refreshToken !== undefined && { refresh_token: answer.refreshToken }),
    ...(answer.idToken !== undefined && { id_token: answer.idToken }),
  }
  return json(body, 200, { pragma: 'no-cache' })
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'POST',
    path: '/oauth2/token',
    summary: 'Gives tokens for a grant',
    access: { type: 'public' },
    surface: 'oauth',
    body: { type: 'form' },
    cors: 'apps',
    steps: steps(authenticateClient, findGrant, issueTokens, respond),
  },
]
