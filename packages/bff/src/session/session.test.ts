import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SessionStore } from '../index.ts'
import { memoryStore } from '../index.ts'
import { secret, app as serveApp } from '../testing/app.ts'
import type { Browser } from '../testing/browser.ts'
import type { Calendar } from '../testing/calendar.ts'
import { calendar, calendarOptions } from '../testing/calendar.ts'

const sessionCookies = (browser: Browser) => [...browser.cookies().keys()].filter((name) => name.includes('.session'))

const cookieHeader = (browser: Browser) => [...browser.cookies()].map((pair) => pair.join('=')).join('; ')

let store: SessionStore

describe.each(['cookie', 'store'] as const)('a session kept in a %s', (kind) => {
  let app: Calendar

  beforeEach(async () => {
    store = memoryStore(() => app.clock.now())
    app = await calendar(() => (kind === 'store' ? { store } : {}))
  })

  afterEach(() => app.close())

  test('T-BFF-05 twenty parallel requests with an expired token make one refresh, and all succeed', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    app.clock.advance(600)
    const sessions = await Promise.all(Array.from({ length: 20 }, () => app.session(browser)))
    expect(sessions.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'signed-in'))
    expect(app.idp.count('/oauth2/token', 'refresh_token')).toBe(1)
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
    expect(app.idp.count('/oauth2/token', 'refresh_token')).toBe(1)
  })

  test('T-BFF-05 a request that was sent before the new cookie arrived does not refresh again', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    const before = cookieHeader(browser)
    app.clock.advance(600)
    await app.session(browser)
    const late = await fetch(`${app.url}/auth/session`, { headers: { cookie: before, 'cardea-csrf': '1' } })
    expect(await late.json()).toMatchObject({ status: 'signed-in' })
    expect(app.idp.count('/oauth2/token', 'refresh_token')).toBe(1)
  })

  test('T-BFF-06 a refused refresh is a clean signed-out, and the cookie is gone', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    app.idp.behaviour.refusesRefresh = true
    app.clock.advance(600)
    const answer = await browser.call(`${app.url}/auth/session`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'signed-out' })
    expect(sessionCookies(browser)).toEqual([])
  })

  test('T-BFF-06 while the identity provider is silent the session stays', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    app.clock.advance(600)
    app.idp.behaviour.answers = false
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
    app.idp.behaviour.answers = true
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
    expect(app.idp.count('/oauth2/token', 'refresh_token')).toBe(1)
  })

  test('T-BFF-06 a server that renders a page reads it, with a token for its own calls', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    const request = new Request(`${app.url}/`, { headers: { cookie: cookieHeader(browser) } })
    const read = await app.bff.session(request)
    expect(read.session).toMatchObject({ status: 'signed-in', user: { sub: 'usr_alex' } })
    expect(app.idp.tokens).toContain(read.accessToken())
    expect(JSON.stringify(read)).not.toContain(read.accessToken())
    const nobody = await app.bff.session(new Request(`${app.url}/`))
    expect(nobody.session).toEqual({ status: 'signed-out' })
    expect(nobody.accessToken()).toBeUndefined()
  })

  test('ends when it is not used, and at the latest after its absolute lifetime', async () => {
    const idle = app.browser()
    await app.signIn(idle)
    app.clock.advance(86_401)
    expect(await app.session(idle)).toEqual({ status: 'signed-out' })

    const used = app.browser()
    await app.signIn(used)
    for (let hour = 0; hour < 14 * 24 - 12; hour += 12) {
      app.clock.advance(12 * 3600)
      expect(await app.session(used)).toMatchObject({ status: 'signed-in' })
    }
    app.clock.advance(12 * 3600 + 1)
    expect(await app.session(used)).toEqual({ status: 'signed-out' })
  })

  test('a cookie from before sign-in names nothing afterwards (session fixation)', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    const first = cookieHeader(browser)
    await app.signIn(browser)
    expect(cookieHeader(browser)).not.toBe(first)
    const planted = await fetch(`${app.url}/auth/session`, { headers: { cookie: first, 'cardea-csrf': '1' } })
    // Only a store can take a sealed cookie back; there its id is no longer known.
    expect(await planted.json()).toMatchObject({ status: kind === 'store' ? 'signed-out' : 'signed-in' })
  })

  test('T-BFF-07 a session of more than four kilobytes survives, in pieces a browser keeps', async () => {
    app.idp.behaviour.claims = { padding: 'p'.repeat(4000) }
    const browser = app.browser()
    await app.signIn(browser)
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
    for (const [name, value] of browser.cookies()) expect(name.length + value.length).toBeLessThan(4000)
    expect(sessionCookies(browser).length).toBe(kind === 'store' ? 1 : 3)
    app.idp.behaviour.claims = {}
    await app.signIn(browser)
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
    expect(sessionCookies(browser).length).toBe(1)
  })

  test('T-BFF-07 a session too large even for pieces gives up its ID token', async () => {
    app.idp.behaviour.claims = { padding: 'p'.repeat(12_000) }
    const browser = app.browser()
    await app.signIn(browser)
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
    expect(cookieHeader(browser).length).toBeLessThan(12_000)
  })

  test('a secret can be replaced without signing anybody out', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    const read = async (secrets: string[]) => {
      const options = kind === 'store' ? { store } : {}
      const next = await serveApp(() => ({ ...calendarOptions(app.idp.url), ...options, secret: secrets }))
      const request = new Request(`${next.url}/`, { headers: { cookie: cookieHeader(browser) } })
      const { session } = await next.bff.session(request)
      await next.close()
      return session.status
    }
    expect(await read(['the next secret, of more than 32 characters', secret])).toBe('signed-in')
    expect(await read(['the next secret, of more than 32 characters'])).toBe('signed-out')
  })

  test('a sealed value of another kind is no session', async () => {
    const browser = app.browser()
    await app.start(browser)
    const [flow = ''] = browser.cookies().values()
    const cookie = `cardea.calendar.session=${flow}`
    const answer = await fetch(`${app.url}/auth/session`, { headers: { cookie, 'cardea-csrf': '1' } })
    expect(await answer.json()).toEqual({ status: 'signed-out' })
  })

  test('sign-out ends it at the identity provider from server to server', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    const answer = await browser.post(`${app.url}/auth/sign-out`, {})
    expect(await answer.json()).toEqual({})
    expect(app.idp.count('/oauth2/revoke')).toBe(1)
    expect(app.idp.calls.at(-1)).toMatchObject({ path: '/oidc/logout', body: { response_mode: 'direct' } })
    expect(await app.session(browser)).toEqual({ status: 'signed-out' })
  })
})

test.each([
  ['/bye?x=1#top', '/bye?x=1#top'],
  ['javascript:alert(1)', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example', '/'],
  ['/auth/login', '/'],
])('T-RED-05 sign-out with returnTo %j leads to %s', async (returnTo, redirectUrl) => {
  const app = await calendar()
  const browser = app.browser()
  await app.signIn(browser)
  expect(await (await browser.post(`${app.url}/auth/sign-out`, { returnTo })).json()).toEqual({ redirectUrl })
  // Who is signed out already goes there too.
  expect(await (await browser.post(`${app.url}/auth/sign-out`, { returnTo })).json()).toEqual({ redirectUrl })
  await app.close()
})

describe('two processes with one store', () => {
  test('T-BFF-05 forty parallel requests over both make one refresh', async () => {
    store = memoryStore()
    const one = await calendar(() => ({ store }))
    const two = await serveApp(() => ({ ...calendarOptions(one.idp.url), store }))
    const browser = one.browser()
    one.idp.behaviour.accessLifetime = 1
    await one.signIn(browser)
    one.idp.behaviour.accessLifetime = 300
    const headers = { cookie: cookieHeader(browser), 'cardea-csrf': '1' }
    const calls = Array.from({ length: 40 }, (_, index) =>
      fetch(`${index % 2 ? one.url : two.url}/auth/session`, { headers }).then((answer) => answer.json()),
    )
    for (const session of await Promise.all(calls)) expect(session).toMatchObject({ status: 'signed-in' })
    expect(one.idp.count('/oauth2/token', 'refresh_token')).toBe(1)
    await two.close()
    await one.close()
  })
})

test('T-BFF-05 a use that waits behind a refresh does not bring the old tokens back', async () => {
  const kept = memoryStore()
  let first: (() => void) | undefined
  let isFirst = true
  const slow: SessionStore = {
    ...kept,
    async lock(key, work) {
      if (isFirst) {
        isFirst = false
        await new Promise<void>((resolve) => {
          first = resolve
        })
      }
      return kept.lock(key, work)
    },
  }
  const app = await calendar(() => ({ store: slow, lifetime: { idle: 1200, absolute: 86_400 } }))
  const browser = app.browser()
  await app.signIn(browser)
  app.clock.advance(100)
  const used = app.session(browser)
  await expect.poll(() => first).toBeDefined()
  app.clock.advance(300)
  await app.session(browser)
  first?.()
  await used
  app.clock.advance(300)
  expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
  expect(app.idp.count('/oauth2/token', 'refresh_token')).toBe(2)
  await app.close()
})

describe('cookies', () => {
  const names = async (options: { publicUrl: string; cookiePath?: string; basePath?: string }) => {
    const app = await calendar(() => options)
    const request = new Request(`${app.url}${options.basePath ?? '/auth'}/login`)
    const answer = await app.bff.fetch(request)
    await app.close()
    return answer.headers.getSetCookie()
  }

  test('are __Host-, Secure, HttpOnly and Lax on https', async () => {
    const [cookie] = await names({ publicUrl: 'https://app.example' })
    expect(cookie).toMatch(
      /^__Host-cardea\.calendar\.tx-[\w-]{16}=[\w.-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  test('below a path of a shared origin they are __Secure- and limited to it', async () => {
    const [cookie] = await names({
      publicUrl: 'https://app.example',
      cookiePath: '/account',
      basePath: '/account/_auth',
    })
    expect(cookie).toMatch(/^__Secure-cardea\.calendar\.tx-.*Path=\/account; HttpOnly; Secure; SameSite=Lax$/)
  })
})
