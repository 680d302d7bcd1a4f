import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { isActive, oauthConfig, post, refresh, signedInTo } from '../token/oauth.fixture.ts'

/** An API whose tokens live for an hour, beside our own, whose tokens live for five minutes. */
const hour = 3600
const slow = 'https://slow-hour.example'

let t: TestEngine
beforeEach(async () => {
  t = await testEngine({
    config: {
      ...oauthConfig,
      apis: [
        ...(oauthConfig.apis ?? []),
        {
          identifier: slow,
          name: 'Slow',
          scopes: [{ name: 'hour:read', description: 'Read slowly' }],
          accessTokenLifetime: hour,
        },
      ],
      apps: (oauthConfig.apps ?? []).map((app) =>
        app.clientId === 'web' ? { ...app, scopes: [...(app.scopes ?? []), 'hour:read'], refreshLeeway: 60 } : app,
      ),
    },
  })
})
afterEach(() => t.close())

const lifetimeOf = (token: string) => {
  const { exp = 0, iat = 0 } = decodeJwt(token)
  return exp - iat
}

test('T-TOK-05 a token that outlives the ones refreshed after it stays revoked until its own end', async () => {
  const { tokens } = await signedInTo(t, 'web', { scope: ['openid', 'offline_access', 'hour:read'] })
  expect(lifetimeOf(tokens.access_token)).toBe(hour)
  t.clock.advance(10_000)
  const next = await post(t, '/oauth2/token', 'web', { ...refresh(tokens.refresh_token), scope: 'openid' })
  expect([next.status, next.body.expires_in]).toEqual([200, 300])
  await post(t, '/oauth2/revoke', 'web', { token: String(next.body.refresh_token) })
  for (const minutes of [0, 6, 30, 20]) {
    t.clock.advance(minutes * 60_000)
    expect(await isActive(t, 'web', tokens.access_token)).toBe(false)
  }
})

test('T-TOK-05 so does the one that a repeated refresh gave', async () => {
  const { tokens } = await signedInTo(t, 'web', { scope: ['openid', 'offline_access'] })
  const first = await post(t, '/oauth2/token', 'web', refresh(tokens.refresh_token))
  t.clock.advance(50_000)
  const again = await post(t, '/oauth2/token', 'web', refresh(tokens.refresh_token))
  expect([again.status, again.body.refresh_token]).toEqual([200, first.body.refresh_token])
  await post(t, '/oauth2/revoke', 'web', { token: String(again.body.refresh_token) })
  t.clock.advance(260_000)
  expect(await isActive(t, 'web', String(again.body.access_token))).toBe(false)
})

test('a token for several APIs lives as long as the strictest of them allows', async () => {
  const { tokens } = await signedInTo(t, 'web', { scope: ['openid', 'hour:read', 'me:read'] })
  expect(decodeJwt(tokens.access_token).aud).toContain(slow)
  expect(lifetimeOf(tokens.access_token)).toBe(300)
})
