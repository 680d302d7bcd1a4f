import type { Client } from '../../domain/client/index.ts'
import { authenticationFailed } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { describe } from './describe.ts'
import { introspectionErrors } from './errors.ts'

/** RFC 7662 §2.1: only callers that prove who they are, or the endpoint would be a place to try tokens. */
async function authenticateCaller(call: Call, engine: Engine): Promise<{ client: Client; token: string }> {
  const { client, method } = await engine.clients.authenticate(call)
  if (method === 'none') throw authenticationFailed()
  const token = call.form.get('token')
  if (token === undefined) throw introspectionErrors('request.missing_parameter', { name: 'token' })
  return { client, token }
}

async function describeToken({ client, token }: { client: Client; token: string }, engine: Engine): Promise<Response> {
  const description = await describe(engine, client, token)
  await engine.audit.line({
    type: 'token.introspected',
    org: client.org,
    actor: { type: 'client', id: client.id },
    target: client.id,
    data: { clientId: client.clientId, active: description.active === true },
  })
  return json(description)
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'POST',
    path: '/oauth2/introspect',
    summary: 'Whether a token is good, and what it says',
    access: { type: 'public' },
    surface: 'oauth',
    body: { type: 'form' },
    steps: steps(authenticateCaller, describeToken),
  },
]
