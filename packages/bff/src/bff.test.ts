import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBff } from './index.ts'
import type { Calendar } from './testing/calendar.ts'
import { calendar } from './testing/calendar.ts'

let app: Calendar

beforeAll(async () => {
  app = await calendar(() => ({ api: [{ path: '/things', target: 'http://localhost:9/things', methods: ['GET'] }] }))
})

afterAll(() => app.close())

const paths: [string, string][] = [
  ['GET', '/session'],
  ['POST', '/flow'],
  ['POST', '/flow/step'],
  ['POST', '/sign-out'],
  ['GET', '/api/things'],
  ['POST', '/api/things'],
  ['DELETE', '/api/things'],
]

test.each(paths)('T-BFF-02 %s %s without the header is refused', async (method, path) => {
  const answer = await app.browser().open(`${app.url}/auth${path}`, {
    method,
    headers: { origin: app.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: '{}' }),
  })
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({ error: { reason: 'bff.csrf' } })
})

test.each([
  ['a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another origin', { origin: 'https://evil.example' }],
  ['an opaque origin', { origin: 'null' }],
])('T-BFF-02 a call of %s is refused although it has the header', async (_name, headers) => {
  for (const [method, path] of paths) {
    const answer = await app.browser().open(`${app.url}/auth${path}`, {
      method,
      headers: { 'cardea-csrf': '1', 'content-type': 'application/json', ...headers },
      ...(method !== 'GET' && { body: '{}' }),
    })
    expect(answer.status).toBe(403)
  }
})

test('a refused call says in the log where it came from and where the app is, and nothing secret', async () => {
  const { browser, logs, url } = app
  const came = url.replace('localhost', '127.0.0.1')
  const post = (headers: Record<string, string>, body: string | URLSearchParams) =>
    browser().open(`${url}/auth/flow/step?code=secret`, { method: 'POST', headers, body })
  logs.length = 0
  await post({ 'cardea-csrf': '1', origin: came, 'sec-fetch-site': 'same-origin', cookie: 'a=secret' }, '{}')
  await post({ origin: came }, new URLSearchParams({ csrf: 'secret' }))
  await post({ origin: url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }, '{}')
  await post({ 'cardea-csrf': '1', origin: `https://${'x'.repeat(5000)}.example` }, '{}')
  expect(logs.map((line) => line.trim())).toEqual([
    `warn refused as not of this app: it came from ${came} (Sec-Fetch-Site: same-origin), the app is at ${url}`,
    `warn refused as not of this app: it came from ${came}, the app is at ${url}`,
    `warn refused as not of this app: it has no header Cardea-Csrf`,
    expect.stringMatching(/^warn refused as not of this app: it came from https:\/\/x{50,300}, the app is at http/),
  ])
})

test('a method that a route does not have is refused with those it has (RFC 9110 §15.5.6)', async () => {
  const answer = await app.browser().open(`${app.url}/auth/flow`)
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
})

test('answers below its base path only, not below another of the same length', async () => {
  const browser = app.browser()
  for (const path of ['/abcd/login', '/%61uth/login', '/AUTH/login', '/authx/login', '/login']) {
    const answer = await browser.open(app.url + path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { reason: 'request.not_found', params: { path } } })
  }
  expect((await browser.call(`${app.url}/abcd/session`)).status).toBe(404)
  expect((await browser.call(`${app.url}/wxyz/api/things`)).status).toBe(404)
})

test('a form of a page without a referrer counts by Sec-Fetch-Site, as its Origin is null', async () => {
  const post = (headers: Record<string, string>) =>
    app.browser().open(`${app.url}/auth/sign-out`, { method: 'POST', headers, body: new URLSearchParams() })
  expect((await post({ origin: 'null', 'sec-fetch-site': 'same-origin' })).status).toBe(303)
  expect((await post({ origin: 'null' })).status).toBe(403)
})

test('T-WEB-01 T-BFF-08 every answer has the security headers and is for no cache', async () => {
  const browser = app.browser()
  await app.signIn(browser)
  const answers = [
    await browser.call(`${app.url}/auth/session`),
    await browser.open(`${app.url}/auth/session`),
    await browser.open(`${app.url}/auth/login`),
    await browser.open(`${app.url}/auth/callback?state=x&code=y`),
    await browser.open(`${app.url}/auth/signed-out`),
    await browser.open(`${app.url}/auth/nothing`),
    await browser.call(`${app.url}/auth/api/things`),
    await browser.post(`${app.url}/auth/flow`, {}),
    await browser.post(`${app.url}/auth/flow/step`, {}),
    await browser.post(`${app.url}/auth/sign-out`, {}),
    await browser.form(`${app.url}/auth/backchannel-logout`, { logout_token: 'x' }),
    await browser.open(`${app.url}/auth/session`, { method: 'DELETE' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 403, 303, 303, 303, 404, 502, 200, 400, 200, 501, 405])
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  }
})

test('T-WEB-01 on https every answer asks to stay there', async () => {
  const secure = await calendar(() => ({ publicUrl: 'https://app.example' }))
  const answer = await secure.bff.fetch(new Request('http://any.invalid/auth/session'))
  await secure.close()
  expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=\d+/)
})

describe('options', () => {
  const right = {
    issuer: 'https://idp.example',
    clientId: 'c',
    clientSecret: 's',
    publicUrl: 'https://app.example',
    secret: 'x'.repeat(32),
  }

  test.each([
    ['issuer', { issuer: 'idp.example' }],
    ['issuer', { issuer: 'http://idp.example' }],
    ['clientId', { clientId: '' }],
    ['clientSecret', { clientSecret: '' }],
    ['publicUrl', { publicUrl: 'app.example' }],
    ['basePath', { basePath: '/' }],
    ['basePath', { basePath: '//evil' }],
    ['cookiePath', { cookiePath: 'account' }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: [] }],
  ])('a wrong %s names itself', (name, wrong) => {
    expect(() => createBff({ ...right, ...wrong })).toThrow(new RegExp(`createBff: ${name} `))
  })

  test('a BFF handles what is below its base path', () => {
    const bff = createBff({ ...right, basePath: '/account/_auth' })
    expect(['/account/_auth', '/account/_auth/session'].map(bff.handles)).toEqual([true, true])
    expect(['/account', '/account/_authx', '/'].map(bff.handles)).toEqual([false, false, false])
  })
})
