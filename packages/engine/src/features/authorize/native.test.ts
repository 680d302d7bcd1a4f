import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { basic, jsonOf, oauthEngine, secret, signedInTo } from '../token/oauth.fixture.ts'
import { parameters } from './authorize.fixture.ts'

describe('app-native requests', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const start = async (change: Record<string, string | undefined>, headers: Record<string, string> = {}) => {
    const response = await t.fetch('/oauth2/authorize', {
      method: 'POST',
      headers: { accept: 'application/json', ...headers },
      body: parameters({ response_mode: 'direct', ...change }),
    })
    return { status: response.status, headers: response.headers, body: await jsonOf(response) }
  }
  const web = { authorization: basic('web', secret) }

  test('a confidential app that proves who it is gets the first step', async () => {
    expect(await start({}, web)).toMatchObject({
      status: 200,
      body: { flowStatus: 'INCOMPLETE', flowType: 'AUTHENTICATION', flowId: expect.any(String) },
    })
  })

  test('the client may be named by its authentication alone', async () => {
    expect((await start({ client_id: undefined }, web)).status).toBe(200)
  })

  test.each([
    ['does not authenticate', {}, {}],
    ['brings a wrong secret', {}, { authorization: basic('web', 'wrong-secret-of-the-app') }],
    ['is another than it says', { client_id: 'lenient' }, web],
  ])('a confidential app that %s gets the 401 body', async (_, change, headers) => {
    const answer = await start(change, headers)
    expect(answer).toMatchObject({
      status: 401,
      body: { code: '401', message: 'Unauthorized', traceId: expect.any(String) },
    })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  test.each([
    ['T-NAT-01 a third-party app', { client_id: 'third' }, { authorization: basic('third', secret) }, 'ABA-60007'],
    [
      'T-NAT-01 an app without it turned on',
      { client_id: 'rs256' },
      { authorization: basic('rs256', secret) },
      'ABA-60007',
    ],
    ['an unknown app', { client_id: 'nobody' }, {}, 'ABA-60005'],
    ['another response type', { response_type: 'token' }, web, 'ABA-60001'],
    ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example' }, web, 'ABA-60001'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, web, 'ABA-60001'],
    ['a scope it may not have', { scope: 'audit:read' }, web, 'ABA-60001'],
  ])('%s is refused in the native body', async (_, change, headers, code) => {
    const { status, body } = await start(change, headers)
    expect(status).toBe(400)
    expect(body).toMatchObject({
      code,
      message: expect.any(String),
      description: expect.any(String),
      traceId: expect.any(String),
    })
  })

  test('an OAuth error that a redirect would carry is in authData', async () => {
    expect(await start({ prompt: 'none' }, web)).toMatchObject({
      status: 200,
      body: { flowStatus: 'SUCCESS_COMPLETED', authData: { error: 'login_required', iss: t.publicUrl } },
    })
  })

  test('sessionId, the isk of an earlier ID token, stands for the session: a code at once', async () => {
    const { tokens } = await signedInTo(t, 'web')
    const { isk } = decodeJwt(tokens.id_token)
    const again = await start({ sessionId: String(isk) }, web)
    expect(again).toMatchObject({
      status: 200,
      body: { flowStatus: 'SUCCESS_COMPLETED', authData: { code: expect.any(String), iss: t.publicUrl } },
    })
    expect(await start({ sessionId: `${isk}x`, prompt: 'none' }, web)).toMatchObject({
      body: { authData: { error: 'login_required' } },
    })
  })

  test('T-NAT-01 somebody else’s app gets no isk: with it, it could sign in to ours as the person', async () => {
    const { tokens } = await signedInTo(t, 'third')
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sid: expect.any(String) })
    expect(decodeJwt(tokens.id_token)).not.toHaveProperty('isk')
  })

  test('T-HPP-01 a parameter given twice is refused in the native body too', async () => {
    const response = await t.fetch('/oauth2/authorize', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...web },
      body: `${parameters({ response_mode: 'direct' })}&scope=openid`,
    })
    expect(response.status).toBe(400)
    expect(await jsonOf(response)).toMatchObject({ code: 'ABA-60001', traceId: expect.any(String) })
  })

  test('by GET too, and there as well the client must be the one that authenticates', async () => {
    const ask = (change: Record<string, string>) =>
      t.fetch(`/oauth2/authorize?${parameters({ response_mode: 'direct', ...change })}`, { headers: web })
    expect((await ask({})).status).toBe(200)
    expect((await ask({ client_id: 'spa' })).status).toBe(401)
  })

  test('sessionId counts in app-native requests only', async () => {
    const { tokens } = await signedInTo(t, 'web')
    const { isk } = decodeJwt(tokens.id_token)
    const params = parameters({ sessionId: String(isk), prompt: 'none' })
    const response = await t.fetch(`/oauth2/authorize?${params}`)
    expect(response.headers.get('location')).toContain('error=login_required')
  })

  test("a public app's own origins may read the answer, errors too; others not", async () => {
    const readable = async (origin: string, change: Record<string, string> = {}) =>
      (await start({ client_id: 'spa', ...change }, { origin })).headers.get('access-control-allow-origin')
    expect(await readable('https://spa.example')).toBe('https://spa.example')
    expect(await readable('https://spa.example', { scope: 'audit:read' })).toBe('https://spa.example')
    expect(await readable('https://evil.example')).toBeNull()
  })
})
