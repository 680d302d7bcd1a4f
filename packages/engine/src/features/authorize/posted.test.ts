import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { Browser } from '../hosted-auth/browser.fixture.ts'
import { authorizePath, config, ids, locationOf, openBrowser, pages, signIn } from '../hosted-auth/browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages })
})
afterAll(() => cardea.close())

const alex = ['alex@demo.test', 'demo-alex-2026'] as const

/** The form of an app on another site: what a browser sends with it has no Lax cookie (RFC 6265bis §5.8.3). */
function post(clientId: string, more: Record<string, string> = {}): Promise<Response> {
  const [path = '', form] = authorizePath(clientId, more).split('?', 2)
  const headers = { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }
  return cardea.fetch(path, { method: 'POST', headers, body: new URLSearchParams(form) })
}

/** Where a browser is after it, which goes by GET, with its cookies, as far as the app or a page. */
async function authorize(browser: Browser, clientId: string, more: Record<string, string> = {}): Promise<string> {
  const asked = await post(clientId, more)
  expect(asked.headers.getSetCookie()).toEqual([])
  return locationOf(await browser.go(locationOf(asked)))
}

describe('a request by POST from the page of an app (OIDC Core §3.1.2.1)', () => {
  test('finds the session: a code at once, with and without prompt=none', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, ...alex)
    expect(await authorize(browser, 'files', { prompt: 'none' })).toContain('code=')
    expect(await authorize(browser, 'files')).toContain('code=')
  })

  test('leaves a sign-in alone that is open in another tab', async () => {
    const browser = openBrowser(cardea)
    const view = await browser.view(await browser.authorize())
    const other = await browser.view(await authorize(browser, 'files'))
    const second = await browser.submit(view, { authenticatorId: ids.identifier, username: alex[0] })
    expect((await browser.view(locationOf(second))).step.identifier).toBe(alex[0])
    expect((await browser.submit(other, { authenticatorId: ids.identifier, username: alex[0] })).status).toBe(303)
  })

  test('of somebody who is not signed in leads to the sign-in page, or is login_required', async () => {
    expect(await authorize(openBrowser(cardea), 'mail')).toContain('/signin?flow=')
    expect(await authorize(openBrowser(cardea), 'mail', { prompt: 'none' })).toContain('error=login_required')
  })

  test('becomes a GET with every parameter as it came', async () => {
    const more = { state: 'st&a=te %E4 ü', resource: 'https://reports.example', claims: '{"id_token":{"email":null}}' }
    const asked = await post('mail', { ...more, unknown: 'x' })
    const { origin, pathname, searchParams } = new URL(locationOf(asked))
    expect([asked.status, origin + pathname]).toEqual([303, `${cardea.publicUrl}/oauth2/authorize`])
    const sent = new URL(authorizePath('mail', { ...more, unknown: 'x' }), cardea.publicUrl).searchParams
    expect([...searchParams]).toEqual([...sent])
  })

  test('T-RED-03 is checked before: a wrong one goes no further', async () => {
    const wrong = await post('mail', { redirect_uri: 'https://evil.example/cb' })
    expect([wrong.status, wrong.headers.get('location')]).toEqual([400, null])
    expect(locationOf(await post('mail', { response_type: 'token' }))).toContain('error=unsupported_response_type')
  })

  test('that is too long for an address is answered as it is', async () => {
    const claims = JSON.stringify({
      userinfo: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`c${i}`, null])),
    })
    expect(locationOf(await post('mail', { claims, state: 'x'.repeat(4000) }))).toContain('/signin?flow=')
  })

  test('app-native is answered as it is', async () => {
    const direct = await post('mail', { response_mode: 'direct' })
    expect([direct.status, direct.headers.get('location')]).toEqual([401, null])
  })
})
