import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { executeEmbeddedSignInFlow, initializeEmbeddedSignInFlow } from '@asgardeo/javascript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, payloadOf, verifier } from './sign-in.fixture.ts'

let cardea: TestEngine
let url: string
const server = createServer(async (request, response) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  const answer = await cardea.fetch(
    new Request(`${url}${request.url}`, {
      method: request.method ?? 'GET',
      headers: request.headers as Record<string, string>,
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    }),
  )
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
})

beforeAll(async () => {
  await new Promise<void>((go) => server.listen(0, '127.0.0.1', go))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
  cardea = await testEngine({ config, publicUrl: url })
})
afterAll(async () => {
  server.close()
  await cardea.close()
})

test('the published @asgardeo/javascript signs a person in app-natively', async () => {
  const started = await initializeEmbeddedSignInFlow({
    baseUrl: url,
    payload: {
      client_id: 'one-page',
      response_type: 'code',
      response_mode: 'direct',
      redirect_uri: 'http://localhost:3001/auth/callback',
      scope: 'openid profile',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    },
  })
  expect(started.flowStatus).toBe('INCOMPLETE')
  const [option] = started.nextStep.authenticators
  expect(option?.authenticatorId).toBe(ids.password)
  const answer = (params: Record<string, string>) =>
    executeEmbeddedSignInFlow({
      url: started.links[0]?.href ?? '',
      payload: { flowId: started.flowId, selectedAuthenticator: { authenticatorId: ids.password, params } },
    })
  const wrong = await answer({ username: 'alex@demo.test', password: 'wrong' })
  expect(wrong.flowStatus).toBe('FAIL_INCOMPLETE')
  const done = await answer({ username: 'alex@demo.test', password: 'demo-alex-2026' })
  expect(done.flowStatus).toBe('SUCCESS_COMPLETED')

  const tokens = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'one-page',
      code: done.authData.code,
      redirect_uri: 'http://localhost:3001/auth/callback',
      code_verifier: verifier,
    }),
  })
  expect(payloadOf(((await tokens.json()) as { id_token: string }).id_token)).toMatchObject({
    iss: url,
    aud: 'one-page',
  })
})
