import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { authorized, oauthConfig, post, redemption, refresh, secret, signedInTo } from './oauth.fixture.ts'

let t: TestEngine
beforeAll(async () => {
  const portal = {
    clientId: 'portal',
    name: 'Portal',
    secret,
    firstParty: true,
    redirectUris: ['https://web.example/cb'],
    scopes: ['openid', 'me:read', 'me:write'],
  }
  t = await testEngine({ config: { ...oauthConfig, apps: [...(oauthConfig.apps ?? []), portal] } })
})
afterAll(() => t.close())

test('T-WEB-01 no cache of any age keeps tokens (RFC 6749 §5.1)', async () => {
  const { code } = await authorized(t, 'web')
  const redeemed = await post(t, '/oauth2/token', 'web', redemption(code))
  const refreshed = await post(t, '/oauth2/token', 'web', refresh(String(redeemed.body.refresh_token)))
  const own = await post(t, '/oauth2/token', 'service', { grant_type: 'client_credentials' })
  for (const { status, headers } of [redeemed, refreshed, own])
    expect([status, headers.get('cache-control'), headers.get('pragma')]).toEqual([200, 'no-store', 'no-cache'])
})

describe('every 401 says how to do better (RFC 9110 §15.5.2)', () => {
  const challenge = (answer: { status: number; headers: Headers }) => [
    answer.status,
    answer.headers.get('www-authenticate'),
  ]

  test('introspection by an app that proves nothing', async () => {
    const answer = await post(t, '/oauth2/introspect', 'spa', { token: 'x' })
    expect(challenge(answer)).toEqual([401, expect.stringMatching(/^Basic realm=/)])
    expect(answer.body.error).toBe('invalid_client')
  })

  test('adding a factor with a token of no session', async () => {
    const { tokens } = await signedInTo(t, 'portal', { scope: ['openid', 'me:write'] })
    const found = await t.engine.grants.findByRefreshToken(tokens.refresh_token)
    const client = await t.engine.clients.find('portal')
    const account = found && (await t.engine.accounts.find(found.grant.org, found.grant.account))
    if (!account || !client) throw new Error('nobody is signed in')
    const subject = { account, grant: { ...found.grant, session: undefined } }
    const { accessToken } = await t.engine.tokens.access({ client, scope: ['me:write'], resource: [], subject })
    const answer = await t.fetch('/api/v1/me/factors/enrolments', {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ authenticator: 'totp' }),
    })
    expect(challenge(answer)).toEqual([401, expect.stringContaining('insufficient_user_authentication')])
  })
})
