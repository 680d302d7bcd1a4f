import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { callback, challengeOf, oauthEngine, post, redemption, signedInTo, verifier } from '../token/oauth.fixture.ts'
import { answerOf, browser, parameters, signedInBrowser } from './authorize.fixture.ts'

describe('authorization requests', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const alex = await signedInBrowser(t)
  const stranger = browser(t)
  const redeem = async (response: Response, clientId = 'web') =>
    (await post(t, '/oauth2/token', clientId, redemption(answerOf(response).code ?? ''))).body
  const idToken = async (response: Response) => decodeJwt(String((await redeem(response)).id_token))

  test('with a session, GET and POST give a code at once', async () => {
    for (const response of [await alex.get({ nonce: 'n-7' }), await alex.post({ nonce: 'n-7' })]) {
      expect(await idToken(response)).toMatchObject({
        iss: t.publicUrl,
        aud: 'web',
        nonce: 'n-7',
        acr: 'urn:cardea:acr:single',
        amr: ['pwd'],
        auth_time: expect.any(Number),
        at_hash: expect.any(String),
        sid: alex.session,
        isk: expect.any(String),
        org_handle: 'demo',
      })
    }
  })

  test('without a session the sign-in page is opened', async () => {
    const response = await stranger.get()
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^(http:\/\/localhost:3000)?\/signin\?flow=flw_/)
  })

  describe('PKCE', () => {
    test.each([
      ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }],
      ['plain', { code_challenge_method: 'plain', code_challenge: verifier }],
      ['a method left out, which means plain', { code_challenge_method: undefined }],
      ['an unknown method', { code_challenge_method: 's256' }],
      ['a challenge that is no SHA-256', { code_challenge: 'short' }],
      ['a challenge with padding', { code_challenge: `${challengeOf(verifier)}=` }],
    ])('T-COD-04 %s is refused', async (_, change) => {
      expect(answerOf(await alex.get(change))).toMatchObject({ error: 'invalid_request' })
    })

    test('the profile oidc lets a confidential app leave it out, but not use plain', async () => {
      const without = { client_id: 'certified', code_challenge: undefined, code_challenge_method: undefined }
      expect(answerOf(await alex.get(without))).toHaveProperty('code')
      const plain = { client_id: 'certified', code_challenge_method: 'plain', code_challenge: verifier }
      expect(answerOf(await alex.get(plain))).toMatchObject({ error: 'invalid_request' })
    })
  })

  test.each([
    ['response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['response_mode', { response_mode: 'fragment' }, 'invalid_request'],
    ['prompt', { prompt: 'none consent' }, 'invalid_request'],
    ['prompt', { prompt: 'create' }, 'invalid_request'],
    ['max_age', { max_age: '-1' }, 'invalid_request'],
    ['max_age', { max_age: '1e3' }, 'invalid_request'],
    ['claims', { claims: '{' }, 'invalid_request'],
    ['claims', { claims: '{"id_token":{"sub":7}}' }, 'invalid_request'],
    ['claims', { claims: '{"id_token":{"__proto__":{"essential":true}}}' }, 'invalid_request'],
    ['id_token_hint', { id_token_hint: 'a.b.c' }, 'invalid_request'],
    ['nonce', { nonce: 'x'.repeat(2000) }, 'invalid_request'],
    ['request', { request: 'e30.e30.' }, 'request_not_supported'],
    ['request_uri', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
    ['scope', { scope: 'openid audit:read' }, 'invalid_scope'],
    ['scope', { scope: 'unknown' }, 'invalid_scope'],
    ['resource', { resource: 'https://unknown.example' }, 'invalid_target'],
  ])('a wrong %s is told to the app: %j', async (_, change, error) => {
    expect(answerOf(await alex.get(change))).toMatchObject({ error, error_description: expect.any(String) })
  })

  test('an unknown scope beside known ones is ignored (OIDC Core §3.1.2.1), unknown parameters too', async () => {
    const answer = await redeem(await alex.get({ scope: 'openid internal_login', fidp: 'x', constructor: 'y' }))
    expect(answer.scope).toBe('openid')
  })

  test('T-HPP-01 a parameter given twice is refused on a page, and reaches nobody', async () => {
    for (const name of ['redirect_uri', 'state', 'client_id', 'scope', 'nonce']) {
      const response = await t.fetch(`/oauth2/authorize?${parameters({ nonce: 'n' })}&${name}=https://evil.example`)
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
    }
  })

  test('T-PRO-01 claims named after the prototype stay names', async () => {
    const claims = '{"id_token":{"constructor":null,"toString":null},"userinfo":{"hasOwnProperty":null}}'
    expect(await idToken(await alex.get({ claims }))).not.toHaveProperty('constructor')
    expect(Object.prototype).not.toHaveProperty('essential')
  })

  test('resource and scope say which APIs the token is for', async () => {
    const body = await redeem(await alex.get({ scope: 'openid orders:read', resource: 'https://orders.example' }))
    expect(decodeJwt(String(body.access_token)).aud).toEqual(['https://orders.example', t.publicUrl])
  })

  test('claims: single claims in the ID token', async () => {
    const claims = '{"id_token":{"email":{"essential":true}}}'
    const token = await idToken(await alex.get({ scope: 'openid', claims }))
    expect(token).toMatchObject({ email: 'alex@demo.test' })
    expect(token).not.toHaveProperty('name')
  })

  describe('prompt=none', () => {
    const silently = async (who: typeof stranger, change: Record<string, string> = {}) =>
      answerOf(await who.get({ prompt: 'none', ...change }))

    test('gives a code to who is signed in, and login_required otherwise', async () => {
      expect(await silently(alex)).toHaveProperty('code')
      expect(await silently(stranger)).toMatchObject({ error: 'login_required', iss: t.publicUrl })
    })

    test('max_age that has passed is login_required; max_age=0 always is', async () => {
      expect(await silently(alex, { max_age: '3600' })).toHaveProperty('code')
      expect(await silently(alex, { max_age: '0' })).toMatchObject({ error: 'login_required' })
    })

    test('a second factor that is missing is interaction_required', async () => {
      expect(await silently(alex, { acr_values: 'urn:cardea:acr:multi' })).toMatchObject({
        error: 'interaction_required',
      })
    })

    test('an app that has to be agreed to is consent_required', async () => {
      expect(await silently(alex, { client_id: 'third' })).toMatchObject({ error: 'consent_required' })
    })

    test('a hint at somebody else is login_required', async () => {
      const { tokens } = await signedInTo(t, 'web', { username: 'bo' })
      expect(await silently(alex, { id_token_hint: tokens.id_token })).toMatchObject({ error: 'login_required' })
      const own = await signedInTo(t, 'web')
      expect(await silently(alex, { id_token_hint: own.tokens.id_token })).toHaveProperty('code')
      const claims = JSON.stringify({ id_token: { sub: { value: decodeJwt(tokens.id_token).sub } } })
      expect(await silently(alex, { claims })).toMatchObject({ error: 'login_required' })
    })
  })

  test.each(['login', 'select_account', 'consent'])(
    'prompt=%s shows a page although there is a session',
    async (prompt) => {
      const response = await alex.get({ prompt })
      expect(response.headers.get('location')).toContain('/signin?flow=')
    },
  )

  test('a third-party app needs consent, once', async () => {
    const ask = () => alex.get({ client_id: 'third' })
    expect((await ask()).headers.get('location')).toContain('/signin?flow=')
    const root = await t.engine.organizations.root()
    const [client, account] = [
      await t.engine.clients.find('third'),
      await t.engine.accounts.findByIdentifier(root.id, 'alex'),
    ]
    if (!client || !account) throw new Error('no third or no alex')
    await t.engine.store.unit((unit) => t.engine.grants.rememberConsent(unit, client, account, ['openid', 'profile']))
    expect(answerOf(await ask())).toHaveProperty('code')
    expect((await alex.get({ client_id: 'third', scope: 'openid email' })).headers.get('location')).toContain('/signin')
    // What was not agreed to cannot be had by the other parameter either (T-AUT-03).
    for (const member of ['id_token', 'userinfo']) {
      const claims = JSON.stringify({ [member]: { email: null } })
      const asked = await alex.get({ client_id: 'third', scope: 'openid', claims })
      expect(asked.headers.get('location')).toContain('/signin')
    }
  })

  test('an API that is named without a scope of it is agreed to as well (RFC 8707 §2)', async () => {
    const root = await t.engine.organizations.root()
    const client = await t.engine.clients.find('third')
    const account = await t.engine.accounts.findByIdentifier(root.id, 'bo')
    if (!client || !account) throw new Error('no third or no bo')
    const remember = (...names: string[]) =>
      t.engine.store.unit((unit) => t.engine.grants.rememberConsent(unit, client, account, names))
    const bo = await signedInBrowser(t, 'bo')
    const ask = async (resource: string, scope: string) =>
      (await bo.get({ client_id: 'third', scope, resource })).headers.get('location')
    await remember('openid', 'me:read')
    const own = `${t.publicUrl}/api/v1`
    // The scope says so already.
    expect(await ask(own, 'openid me:read')).toContain('code=')
    expect(await ask(own, 'openid')).toContain('/signin?flow=')
    expect(await ask('https://slow.example', 'openid')).toContain('/signin?flow=')
    const silent = await bo.get({ client_id: 'third', scope: 'openid', resource: own, prompt: 'none' })
    expect(answerOf(silent)).toMatchObject({ error: 'consent_required' })
    await remember('https://slow.example')
    expect(await ask('https://slow.example', 'openid')).toContain('code=')
  })

  test('a program that anybody could be is agreed to every time (RFC 8252 §8.6)', async () => {
    const root = await t.engine.organizations.root()
    const client = await t.engine.clients.find('terminal')
    const account = await t.engine.accounts.findByIdentifier(root.id, 'alex')
    if (!client || !account) throw new Error('no terminal or no alex')
    await t.engine.store.unit((unit) => t.engine.grants.rememberConsent(unit, client, account, ['openid']))
    const from = { client_id: 'terminal', redirect_uri: 'http://127.0.0.1:51004/cb', scope: 'openid' }
    expect((await alex.get(from)).headers.get('location')).toContain('/signin?flow=')
    const silent = await alex.get({ ...from, prompt: 'none' })
    expect(silent.headers.get('location')).toContain(`${from.redirect_uri}?error=consent_required`)
  })

  test('an app without the grant is refused', async () => {
    const response = await alex.get({ client_id: 'service', redirect_uri: callback })
    expect(response.status).toBe(400)
  })

  test('the endpoint has no CORS in redirect mode (RFC 9700 §2.6)', async () => {
    const response = await t.fetch('/oauth2/authorize', {
      method: 'POST',
      headers: { origin: 'https://spa.example' },
      body: parameters({ client_id: 'spa' }),
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})
