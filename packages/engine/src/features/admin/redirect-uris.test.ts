import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfiguration } from '../configuration/index.ts'
import type { Tenants } from './tenants.fixture.ts'
import { tenants } from './tenants.fixture.ts'

let all: Tenants
let admin: string
beforeAll(async () => {
  all = await tenants()
  admin = await all.admin('northwind')
})
afterAll(() => all.close())

const message = 'must be ASCII: percent-encode the rest (RFC 3986 §2.1)'

// A `Location` can only carry ASCII, so that every sign-in of the app would fail.
test.each(['https://web.example/コールバック', 'https://wéb.example/cb', 'com.example.app:/cb?naïve'])(
  'T-RED-01 an address that no header can carry is not registered: %s',
  async (uri) => {
    for (const member of ['redirectUris', 'postLogoutRedirectUris']) {
      const answer = await all.call(admin, '/api/v1/apps', 'POST', {
        name: 'JP',
        redirectUris: ['https://web.example/cb'],
        [member]: [uri],
      })
      expect(answer).toMatchObject({ status: 400, body: { params: { name: `${member}.0`, reason: message } } })
      const config = {
        apps: [{ clientId: 'jp', name: 'JP', redirectUris: ['https://web.example/cb'], [member]: [uri] }],
      }
      expect(readConfiguration(config).problems).toEqual([`apps[0].${member}[0]: ${message}`])
    }
  },
)

test('percent-encoded it is', async () => {
  const redirectUris = [new URL('https://wéb.example/コールバック').href]
  expect((await all.call(admin, '/api/v1/apps', 'POST', { name: 'JP', redirectUris })).status).toBe(201)
})

test('nor is one with a control character', async () => {
  const redirectUris = ['https://web.example/cb\u0001']
  expect((await all.call(admin, '/api/v1/apps', 'POST', { name: 'JP', redirectUris })).status).toBe(400)
})
