import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { authorized, callback, challengeOf, jsonOf, oauthEngine, post, redemption, verifier } from './oauth.fixture.ts'

let t: TestEngine
beforeAll(async () => {
  t = await oauthEngine()
})
afterAll(() => t.close())

describe('a parameter without a value is one that is not there (RFC 6749 §3.1, §3.2)', () => {
  test.each(['max_age', 'response_mode', 'claims', 'id_token_hint', 'request', 'prompt', 'nonce', 'login_hint'])(
    'of an authorization request: %s',
    async (name) => {
      const request = {
        client_id: 'web',
        response_type: 'code',
        redirect_uri: callback,
        scope: 'openid',
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
      }
      const leadsTo = async (parameters: Record<string, string>) => {
        const response = await t.fetch(`/oauth2/authorize?${new URLSearchParams(parameters)}`)
        return [response.status, URL.parse(response.headers.get('location') ?? '', 'http://localhost')?.pathname]
      }
      expect(await leadsTo({ ...request, [name]: '' })).toEqual(await leadsTo(request))
      expect(await leadsTo(request)).toEqual([303, '/signin'])
    },
  )

  test('of a token request: the secret of an app that has none, and the address of a code', async () => {
    const { code } = await authorized(t, 'spa')
    const body = new URLSearchParams({ ...redemption(code), client_id: 'spa', client_secret: '' })
    const response = await t.fetch('/oauth2/token', { method: 'POST', body })
    expect([response.status, (await jsonOf(response)).token_type]).toEqual([200, 'Bearer'])
    const other = await authorized(t, 'web')
    const redeemed = await post(t, '/oauth2/token', 'web', { ...redemption(other.code), redirect_uri: '' })
    expect(redeemed.status).toBe(200)
  })

  test.each([
    ['/oauth2/token', { grant_type: 'authorization_code', code: '' }],
    ['/oauth2/introspect', { token: '' }],
    ['/oauth2/revoke', { token: '' }],
  ])('one that %s needs is missing', async (path, parameters) => {
    const { status, body } = await post(t, path, 'web', parameters)
    expect([status, body.error]).toEqual([400, 'invalid_request'])
  })

  test('T-HPP-01 but one that comes twice is refused all the same', async () => {
    const twice = await t.fetch('/oauth2/token', { method: 'POST', body: new URLSearchParams('scope=&scope=openid') })
    expect([twice.status, (await jsonOf(twice)).error]).toEqual([400, 'invalid_request'])
  })
})
