import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientToken } from '../../domain/api/tokens.fixture.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { isActive, oauthConfig, post, refresh, secret, signedInTo } from './oauth.fixture.ts'

let t: TestEngine
beforeAll(async () => {
  t = await testEngine({
    config: {
      ...oauthConfig,
      apps: [
        ...(oauthConfig.apps ?? []),
        { clientId: 'desk', name: 'Desk', secret, grantTypes: ['client_credentials'], scopes: ['sessions:write'] },
        {
          clientId: 'portal',
          name: 'Portal',
          secret,
          firstParty: true,
          redirectUris: ['https://web.example/cb'],
          scopes: ['openid', 'me:read', 'me:write'],
        },
      ],
    },
  })
})
afterAll(() => t.close())

const offline = { scope: ['openid', 'offline_access'] }
const refreshed = async (token: string) => {
  const { status, body } = await post(t, '/oauth2/token', 'web', refresh(token))
  return [status, body.error]
}
const end = (path: string, authorization: string) =>
  t.fetch(path, { method: 'DELETE', headers: { authorization } }).then((answer) => answer.status)

// Throwing a device out is not the sign-out that offline access outlives (ASVS 7.4.5, 7.5.2).
test('T-REF-06 a device that I throw out has no refresh token that goes on, and no access token', async () => {
  const device = await signedInTo(t, 'web', offline)
  const other = await signedInTo(t, 'web', offline)
  const me = await signedInTo(t, 'portal', { scope: ['openid', 'me:read', 'me:write'] })
  expect(await end(`/api/v1/me/sessions/${device.session}`, `Bearer ${me.tokens.access_token}`)).toBe(204)
  expect(await refreshed(device.tokens.refresh_token)).toEqual([400, 'invalid_grant'])
  expect(await isActive(t, 'web', device.tokens.access_token)).toBe(false)
  expect(await refreshed(other.tokens.refresh_token)).toEqual([200, undefined])
})

test('T-REF-06 nor one that an administrator throws out', async () => {
  const device = await signedInTo(t, 'web', offline)
  const other = await signedInTo(t, 'web', offline)
  const desk = await clientToken(t, 'desk', secret, 'sessions:write')
  expect(await end(`/api/v1/sessions/${device.session}`, desk)).toBe(204)
  expect(await refreshed(device.tokens.refresh_token)).toEqual([400, 'invalid_grant'])
  expect(await refreshed(other.tokens.refresh_token)).toEqual([200, undefined])
})
