import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { isActive, oauthEngine, post, signedInTo } from '../token/oauth.fixture.ts'

describe('access tokens', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const { tokens } = await signedInTo(t, 'web', { scope: ['openid', 'profile', 'me:read'] })
  const userinfo = async (token: string) =>
    (await t.fetch('/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } })).status
  const api = async (token: string) =>
    (await t.fetch('/api/v1/me', { headers: { authorization: `Bearer ${token}` } })).status
  const everywhere = async (token: string) => [await userinfo(token), await api(token), await isActive(t, 'web', token)]
  const nowhere = [401, 401, false]

  const claims = decodeJwt(tokens.access_token)
  const header = decodeProtectedHeader(tokens.access_token)
  const [, payload, signature] = tokens.access_token.split('.')
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  test('a good one is good everywhere it is for', async () => {
    expect(await everywhere(tokens.access_token)).toEqual([200, 200, true])
  })

  test('T-TOK-01 alg none and HS256 with a public key are refused', async () => {
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await everywhere(`${encoded({ ...header, alg })}.${payload}.`)).toEqual(nowhere)
    }
    const { keys } = await t.engine.keys.jwks()
    const jwk = keys.find(({ kid }) => kid === header.kid)
    if (!jwk) throw new Error('the key that signs is not published')
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString()
    for (const text of [JSON.stringify(jwk), pem, pem.trim()]) {
      const hs = new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' })
      expect(await everywhere(await hs.sign(new TextEncoder().encode(text)))).toEqual(nowhere)
    }
  })

  test('T-TOK-01 a key in the header, or an address of one, is not believed', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = publicKey.export({ format: 'jwk' })
    const own = { alg: 'ES256', typ: 'at+jwt' }
    const headers = [
      { ...own, jwk },
      { ...own, jwk, kid: header.kid ?? '' },
      { ...own, jku: 'https://evil.example/jwks', kid: 'evil' },
      { ...own, x5u: 'https://evil.example/x5u', kid: header.kid ?? '' },
    ]
    for (const one of headers) {
      expect(await everywhere(await new SignJWT(claims).setProtectedHeader(one).sign(privateKey))).toEqual(nowhere)
    }
  })

  test.each(['../../../../dev/null', "' or '1'='1", 'key_', '__proto__', 'constructor', '\u0000', 'x'.repeat(5000)])(
    'T-TOK-01 kid %j finds no key',
    async (kid) => {
      // Signed by the right key, so that only the name of it is wrong.
      const { key, alg } = await t.engine.keys.signer('token', 'ES256')
      const signed = await new SignJWT(claims).setProtectedHeader({ alg, typ: 'at+jwt', kid }).sign(key)
      expect(await everywhere(signed)).toEqual(nowhere)
    },
  )

  test('T-TOK-02 an ID token is no access token', async () => {
    expect(await everywhere(tokens.id_token)).toEqual(nowhere)
  })

  test('T-TOK-02 an access token is no ID token hint', async () => {
    expect(await t.engine.tokens.hint(tokens.id_token)).toMatchObject({ clientId: 'web' })
    expect(await t.engine.tokens.hint(tokens.access_token)).toBeUndefined()
  })

  test('T-TOK-02 a logout token is neither', async () => {
    const client = await t.engine.clients.find('web')
    if (!client) throw new Error('no web')
    const token = await t.engine.tokens.logout({ client, account: 'usr_x', session: 'ses_x', jti: 'j' })
    expect(await everywhere(token)).toEqual(nowhere)
    expect(await t.engine.tokens.hint(token)).toBeUndefined()
  })

  test('T-TOK-03 a changed claim, type, issuer or time breaks it', async () => {
    const changes = [
      { sub: 'usr_x' },
      { iss: 'https://evil.example' },
      { scope: 'accounts:write' },
      { exp: 9_999_999_999 },
    ]
    for (const change of changes) {
      const changed = encoded({ ...claims, ...change })
      expect(await everywhere(`${tokens.access_token.split('.')[0]}.${changed}.${signature}`)).toEqual(nowhere)
    }
    expect(await everywhere(`${encoded({ ...header, typ: 'JWT' })}.${payload}.${signature}`)).toEqual(nowhere)
  })

  test('T-TOK-03 our own key does not make another type or issuer right', async () => {
    const { key, kid } = await t.engine.keys.signer('token', 'ES256')
    const sign = (typ: string, change: object) =>
      new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'ES256', typ, kid }).sign(key)
    expect(await everywhere(await sign('at+jwt', {}))).toEqual([200, 200, true])
    expect(await everywhere(await sign('JWT', {}))).toEqual(nowhere)
    expect(await everywhere(await sign('at+jwt', { iss: 'https://evil.example' }))).toEqual(nowhere)
    expect(await everywhere(await sign('at+jwt', { exp: 1 }))).toEqual(nowhere)
  })

  test('T-TOK-03 a token for another API is not for ours', async () => {
    const { body } = await post(t, '/oauth2/token', 'service', {
      grant_type: 'client_credentials',
      scope: 'orders:read',
    })
    const token = String(body.access_token)
    expect([await userinfo(token), await api(token), await isActive(t, 'service', token)]).toEqual([401, 401, true])
  })

  test('an expired token is refused', async () => {
    const { tokens } = await signedInTo(t, 'web')
    t.clock.advance(301_000)
    expect(await isActive(t, 'web', tokens.access_token)).toBe(false)
    expect(await userinfo(tokens.access_token)).toBe(401)
  })
})

describe('introspection', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const introspect = (clientId: string, form: Record<string, string>) => post(t, '/oauth2/introspect', clientId, form)
  const { body } = await post(t, '/oauth2/token', 'service', { grant_type: 'client_credentials', scope: 'orders:read' })
  const token = String(body.access_token)

  test('its own client, and the API it is for, learn what a token is', async () => {
    for (const caller of ['service', 'https://orders.example']) {
      expect((await introspect(caller, { token })).body).toMatchObject({
        active: true,
        client_id: 'service',
        scope: 'orders:read',
        token_type: 'Bearer',
        iss: t.publicUrl,
        aud: 'https://orders.example',
        org_handle: 'demo',
      })
    }
  })

  test('T-TOK-04 nobody else is told anything', async () => {
    expect(await introspect('other', { token })).toMatchObject({ status: 200, body: { active: false } })
    expect(Object.keys((await introspect('other', { token })).body)).toEqual(['active'])
    expect((await introspect('spa', { token })).status).toBe(401)
    const nobody = await t.fetch('/oauth2/introspect', { method: 'POST', body: new URLSearchParams({ token }) })
    expect(nobody.status).toBe(400)
  })

  test('a refresh token is shown to its own client only', async () => {
    const { tokens } = await signedInTo(t, 'web')
    expect((await introspect('web', { token: tokens.refresh_token })).body).toMatchObject({
      active: true,
      token_type: 'refresh_token',
      client_id: 'web',
    })
    expect((await introspect('other', { token: tokens.refresh_token })).body).toEqual({ active: false })
  })

  test('needs no statement of its own: neither a read nor a write', async () => {
    await introspect('service', { token })
    const { statements } = t.engine.store.counts()
    for (let round = 0; round < 50; round++) await introspect('service', { token })
    // What is left is the engine's own, in the background.
    expect(t.engine.store.counts().statements - statements).toBeLessThan(20)
  })

  test.each(['x', 'a.b.c', 'grt_x.y.z'])('%j is not active', async (text) => {
    expect((await introspect('service', { token: text })).body).toEqual({ active: false })
  })

  test('a missing token is an invalid request', async () => {
    expect(await introspect('service', {})).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })
})
