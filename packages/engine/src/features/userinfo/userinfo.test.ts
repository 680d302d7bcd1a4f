import { afterAll, describe, expect, test } from 'vitest'
import { oauthEngine, post, signedInTo } from '../token/oauth.fixture.ts'

describe('userinfo', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const { tokens } = await signedInTo(t, 'web')
  const ask = async (init: RequestInit) => {
    const answer = await t.fetch('/oauth2/userinfo', init)
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const alex = {
    sub: expect.stringMatching(/^usr_/),
    name: 'Alex Rivera',
    preferred_username: 'alex',
    email: 'alex@demo.test',
    email_verified: true,
    org_handle: 'demo',
  }

  test('by GET, by POST with a header, and by POST with a form (OIDC Core §5.3.1)', async () => {
    expect((await ask({ headers: bearer(tokens.access_token) })).body).toMatchObject(alex)
    expect((await ask({ method: 'POST', headers: bearer(tokens.access_token) })).body).toMatchObject(alex)
    const form = new URLSearchParams({ access_token: tokens.access_token })
    expect((await ask({ method: 'POST', body: form })).body).toMatchObject(alex)
  })

  test('a token in two places, or in the query, is refused', async () => {
    const form = new URLSearchParams({ access_token: tokens.access_token })
    expect((await ask({ method: 'POST', headers: bearer(tokens.access_token), body: form })).status).toBe(400)
    expect((await t.fetch(`/oauth2/userinfo?${form}`)).status).toBe(401)
  })

  test('without a token the scheme is named; a wrong one says invalid_token (RFC 6750 §3)', async () => {
    const none = await ask({})
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const wrong = await ask({ headers: bearer('x') })
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
  })

  test('only claims of the scope, and single ones that were asked for', async () => {
    const some = await signedInTo(t, 'web', {
      scope: ['openid'],
      claims: { userinfo: { email: null, phone_number: null } },
    })
    const { body } = await ask({ headers: bearer(some.tokens.access_token) })
    expect(body).toMatchObject({ email: 'alex@demo.test' })
    expect(body).not.toHaveProperty('name')
    expect(body).not.toHaveProperty('email_verified')
  })

  test('a token without openid, or of an app alone, is refused', async () => {
    const { tokens } = await signedInTo(t, 'web', { scope: ['profile'] })
    expect((await ask({ headers: bearer(tokens.access_token) })).status).toBe(403)
    const { body } = await post(t, '/oauth2/token', 'service', {
      grant_type: 'client_credentials',
      scope: 'accounts:read',
    })
    expect((await ask({ headers: bearer(String(body.access_token)) })).status).toBe(401)
  })
})
