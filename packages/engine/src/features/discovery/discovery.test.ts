import { afterAll, describe, expect, test } from 'vitest'
import { testEngine } from '../../testing.ts'
import { jsonOf } from '../token/oauth.fixture.ts'

describe('discovery', async () => {
  const { fetch, close, publicUrl, clock, engine } = await testEngine()
  afterAll(close)

  const documents = [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/oauth2/token/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/oauth2/token',
  ]
  test.each(documents)('%s names the one issuer', async (path) => {
    const answer = await fetch(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('max-age')
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(await answer.json()).toMatchObject({
      issuer: publicUrl,
      authorization_endpoint: `${publicUrl}/oauth2/authorize`,
      jwks_uri: `${publicUrl}/oauth2/jwks`,
    })
  })

  test('T-RED-06 announces iss in authorization responses, and that request objects are not supported', async () => {
    expect(await (await fetch(documents[0] ?? '')).json()).toMatchObject({
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      code_challenge_methods_supported: ['S256'],
    })
  })

  test('every announced endpoint exists', async () => {
    const metadata = await jsonOf(await fetch(documents[0] ?? ''))
    const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
    expect(endpoints.length).toBeGreaterThan(6)
    for (const [name, url] of endpoints) {
      const answer = await fetch(String(url), { method: name === 'jwks_uri' ? 'GET' : 'POST' })
      expect([name, answer.status]).not.toEqual([name, 404])
    }
  })

  test('T-RED-07 a forged Host or X-Forwarded-Host changes nothing', async () => {
    const forged = new Request('http://evil.example/.well-known/openid-configuration', {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
    })
    expect(JSON.stringify(await (await fetch(forged)).json())).not.toContain('evil.example')
  })

  test('a page on any origin may read it', async () => {
    const answer = await fetch(documents[0] ?? '', { headers: { origin: 'https://app.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  describe('the key set', () => {
    const keys = async () => {
      const answer = await fetch('/oauth2/jwks')
      expect(answer.headers.get('content-type')).toBe('application/jwk-set+json')
      return (await jsonOf(answer)).keys as Record<string, string>[]
    }

    test('publishes the current and the next key of each purpose, and no private member', async () => {
      const published = await keys()
      expect(published.map(({ alg }) => alg).sort()).toEqual(['ES256', 'ES256', 'ES256', 'ES256', 'RS256', 'RS256'])
      for (const key of published) {
        expect(key).toMatchObject({ use: 'sig', kid: expect.stringMatching(/^key_/) })
        for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(member)
      }
    })

    test('T-KEY-01 rotation: the next key signs, the old one stays until its tokens are gone', async () => {
      const before = await keys()
      const signed = await engine.keys.signer('token', 'ES256')
      await engine.keys.rotate('token')
      const after = await keys()
      expect(after.map(({ kid }) => kid)).toEqual(expect.arrayContaining(before.map(({ kid }) => kid)))
      expect(after).toHaveLength(before.length + 1)
      const next = await engine.keys.signer('token', 'ES256')
      expect(next.kid).not.toBe(signed.kid)
      expect(before.map(({ kid }) => kid)).toContain(next.kid)

      clock.advance(3 * 24 * 3600_000)
      await engine.keys.rotateWhenDue()
      const later = (await keys()).map(({ kid }) => kid)
      expect(later).not.toContain(signed.kid)
      expect(later).toContain(next.kid)
    })

    test('keys are rotated after 90 days', async () => {
      const signed = await engine.keys.signer('id_token', 'RS256')
      clock.advance(91 * 24 * 3600_000)
      await engine.keys.rotateWhenDue()
      expect((await engine.keys.signer('id_token', 'RS256')).kid).not.toBe(signed.kid)
    })
  })
})
