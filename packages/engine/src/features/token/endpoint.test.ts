import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import {
  authorized,
  basic,
  jsonOf,
  oauthEngine,
  post,
  redemption,
  refresh,
  secret,
  signedInTo,
} from './oauth.fixture.ts'

describe('the token endpoint', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const token = (clientId: string, form: Record<string, string>) => post(t, '/oauth2/token', clientId, form)
  const raw = async (body: string, headers: Record<string, string> = {}) => {
    const authorization = basic('service', secret)
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await t.fetch('/oauth2/token', {
      method: 'POST',
      headers: { ...type, authorization, ...headers },
      body,
    })
    return { status: answer.status, body: await jsonOf(answer) }
  }
  const service = { grant_type: 'client_credentials' }

  describe('client credentials', () => {
    test('give a JWT access token (RFC 9068) for the APIs of the scope', async () => {
      const { body } = await token('service', { ...service, scope: 'orders:read' })
      expect(body).toMatchObject({ expires_in: 300, scope: 'orders:read' })
      expect(body).not.toHaveProperty('refresh_token')
      expect(body).not.toHaveProperty('id_token')
      const accessToken = String(body.access_token)
      expect(decodeProtectedHeader(accessToken)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
      expect(decodeJwt(accessToken)).toMatchObject({
        iss: t.publicUrl,
        sub: 'service',
        client_id: 'service',
        aud: 'https://orders.example',
        scope: 'orders:read',
        org_handle: 'demo',
      })
      expect(decodeJwt(accessToken)).not.toHaveProperty('grant_id')
      expect(decodeJwt(accessToken)).not.toHaveProperty('auth_time')
    })

    test('nothing is read from or written to the database once the app is known', async () => {
      await token('service', { ...service, scope: 'orders:read' })
      const before = t.engine.store.counts()
      for (let round = 0; round < 20; round++) await token('service', { ...service, scope: 'orders:read' })
      await t.engine.audit.flush()
      const { statements } = t.engine.store.counts()
      // Only the buffered audit lines, however many tokens there were.
      expect(statements - before.statements).toBeLessThan(20)
    })

    test("Cardea's own API is the audience of its scopes", async () => {
      const { body } = await token('service', { ...service, scope: 'accounts:read' })
      expect(decodeJwt(String(body.access_token)).aud).toBe(`${t.publicUrl}/api/v1`)
      expect(await t.engine.tokens.verify(String(body.access_token))).toMatchObject({ clientId: 'service' })
    })

    test('a scope that the app is not registered for, or that nobody knows, is refused', async () => {
      for (const scope of ['accounts:write', 'nothing:known']) {
        expect((await token('service', { ...service, scope })).body.error).toBe('invalid_scope')
      }
    })
  })

  describe('resource (RFC 8707)', () => {
    test('narrows audience and scope', async () => {
      const scope = 'orders:read accounts:read'
      const { body } = await token('service', { ...service, scope, resource: 'https://orders.example' })
      expect(body.scope).toBe('orders:read')
      expect(decodeJwt(String(body.access_token)).aud).toBe('https://orders.example')
    })

    test('may be given twice', async () => {
      const resources = ['https://orders.example', `${t.publicUrl}/api/v1`].map(
        (uri) => `resource=${encodeURIComponent(uri)}`,
      )
      const { body } = await raw(`grant_type=client_credentials&scope=orders:read&${resources.join('&')}`)
      expect(decodeJwt(String(body.access_token)).aud).toEqual(['https://orders.example', `${t.publicUrl}/api/v1`])
    })

    test('an API may have its own lifetime', async () => {
      const { body } = await token('service', { ...service, resource: 'https://slow.example' })
      expect(body.expires_in).toBe(900)
    })

    test.each(['https://unknown.example', 'orders', 'https://orders.example/#a'])(
      '%s is an invalid target',
      async (resource) => {
        expect((await token('service', { ...service, resource })).body.error).toBe('invalid_target')
      },
    )

    test('a code gives no token for another resource than was asked for', async () => {
      const { code } = await authorized(t, 'web', {
        scope: ['openid', 'orders:read'],
        resource: ['https://orders.example'],
      })
      const other = await token('web', { ...redemption(code), resource: `${t.publicUrl}/api/v1` })
      expect(other.body.error).toBe('invalid_target')
    })
  })

  test('an app of somebody else gets no token for an API that the person has not seen', async () => {
    const redeem = async (clientId: string, scope: string[], resource: string) => {
      const { code } = await authorized(t, clientId, { scope })
      return token(clientId, { ...redemption(code), resource })
    }
    const own = `${t.publicUrl}/api/v1`
    expect((await redeem('third', ['openid'], 'https://slow.example')).body.error).toBe('invalid_target')
    expect((await redeem('third', ['openid'], own)).body.error).toBe('invalid_target')
    expect((await redeem('third', ['openid', 'me:read'], own)).status).toBe(200)
    // Nobody is asked about the organization's own apps.
    expect((await redeem('web', ['openid'], 'https://slow.example')).status).toBe(200)

    const { tokens } = await signedInTo(t, 'third')
    const renewed = await token('third', { ...refresh(tokens.refresh_token), resource: own })
    expect(renewed.body.error).toBe('invalid_target')
  })

  test('a grant type nobody knows, and one the app may not use', async () => {
    expect((await token('service', { grant_type: 'password' })).body.error).toBe('unsupported_grant_type')
    expect((await token('web', service)).body.error).toBe('unauthorized_client')
    expect((await token('service', {})).body.error).toBe('invalid_request')
  })

  test('a token with openid is for userinfo and the APIs of its scopes', async () => {
    const { tokens } = await signedInTo(t, 'web', { scope: ['openid', 'me:read'] })
    expect(decodeJwt(tokens.access_token).aud).toEqual([`${t.publicUrl}/api/v1`, t.publicUrl])
  })

  test('T-HPP-01 a parameter given twice is refused (RFC 6749 §3.1)', async () => {
    const twice = [
      'grant_type=client_credentials&grant_type=client_credentials',
      'grant_type=client_credentials&scope=a&scope=b',
    ]
    for (const body of twice) expect(await raw(body)).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('T-PRO-01 names of the prototype are names like any other', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect((await raw(`grant_type=${name}`)).body.error).toBe('unsupported_grant_type')
      expect((await raw(`grant_type=client_credentials&scope=${name}`)).body.error).toBe('invalid_scope')
      expect((await raw(`grant_type=client_credentials&${name}=x`)).status).toBe(200)
      expect((await raw(`grant_type=client_credentials&resource=${name}`)).body.error).toBe('invalid_target')
    }
  })

  test.each([
    ['JSON', '{"grant_type":"client_credentials"}', 'application/json', 415],
    ['NUL', 'grant_type=client_credentials%00', 'application/x-www-form-urlencoded', 400],
    ['too much', `grant_type=${'a'.repeat(70_000)}`, 'application/x-www-form-urlencoded', 413],
  ])('%s is refused', async (_, body, type, status) => {
    expect(await raw(body, { 'content-type': type })).toMatchObject({ status, body: { error: 'invalid_request' } })
  })

  test('only POST is answered', async () => {
    expect((await t.fetch('/oauth2/token?grant_type=client_credentials')).status).toBe(405)
  })

  test('scripts of a registered origin may read the answer, others not', async () => {
    const allowed = async (origin: string) => {
      const answer = await t.fetch('/oauth2/token', {
        method: 'POST',
        headers: { origin },
        body: new URLSearchParams({ client_id: 'spa' }),
      })
      return answer.headers.get('access-control-allow-origin')
    }
    expect(await allowed('https://spa.example')).toBe('https://spa.example')
    expect(await allowed('https://evil.example')).toBeNull()
  })

  test('T-ISO-01 no answer carries anything of another request', async () => {
    const canaries = Array.from({ length: 200 }, (_, index) => `canary-${index}-x`)
    const answers = await Promise.all(canaries.map((canary) => token('service', { grant_type: canary })))
    answers.forEach(({ body }, index) => {
      const others = JSON.stringify(body).match(/canary-\d+-x/g) ?? []
      expect(new Set(others)).toEqual(new Set([canaries[index]]))
    })
  })
})
