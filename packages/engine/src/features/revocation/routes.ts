import { isId } from '@cardea/protocol'
import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { actingUnit } from '../../kernel/events/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { empty } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { revocationErrors } from './errors.ts'

interface Asked {
  readonly call: Call
  readonly client: Client
  readonly token: string
}

async function authenticateClient(call: Call, engine: Engine): Promise<Asked> {
  const { client } = await engine.clients.authenticate(call)
  const token = call.form.get('token')
  if (token === undefined) throw revocationErrors('request.missing_parameter', { name: 'token' })
  return { call, client, token }
}

/** RFC 7009 §2.1: a refresh token takes its whole grant along, an access token goes alone. Both only for their own client. */
async function revokeToken({ call, client, token }: Asked, engine: Engine): Promise<object> {
  const origin = { request: call.traceId, client: client.clientId, address: call.address }
  const acting = (unit: Unit) => actingUnit(unit, { type: 'client', id: client.id }, origin)
  const refreshable = await engine.grants.findByRefreshToken(token)
  if (refreshable?.grant.client === client.id) {
    const { org, id } = refreshable.grant
    await engine.store.unit((unit) => engine.grants.revoke(acting(unit), org, id, 'revoked_by_client'))
    return {}
  }
  const claims = refreshable ? undefined : await engine.tokens.inspect(token)
  if (!claims || claims.client_id !== client.clientId || !isId('organization', claims.org_id)) return {}
  const { org_id: org, jti, exp, sub } = claims
  await engine.store.unit(async (unit) => {
    await engine.tokens.deny(unit, org, jti, exp * 1000)
    await acting(unit).emit({
      type: 'token.revoked',
      org,
      actor: { type: 'client', id: client.id },
      target: jti,
      data: { clientId: client.clientId, subject: sub },
    })
  })
  return {}
}

/** RFC 7009 §2.2: 200 whatever the token was; the client wants it gone, and it is. */
function confirm(): Response {
  return empty(200)
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'POST',
    path: '/oauth2/revoke',
    summary: 'Makes a token invalid',
    access: { type: 'public' },
    surface: 'oauth',
    body: { type: 'form' },
    cors: 'apps',
    steps: steps(authenticateClient, revokeToken, confirm),
  },
]
