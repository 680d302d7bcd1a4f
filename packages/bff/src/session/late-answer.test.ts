import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Browser } from '../testing/browser.ts'
import type { Calendar } from '../testing/calendar.ts'
import { calendar } from '../testing/calendar.ts'
import type { Served } from '../testing/serve.ts'
import { reserve } from '../testing/serve.ts'

let app: Calendar
let api: Served
/** Lets the API answer, once it was asked. */
let answer: (() => void) | undefined

beforeEach(async () => {
  answer = undefined
  const port = await reserve()
  port.answer((_request, response) => {
    answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  api = port
  app = await calendar(() => ({ api: [{ path: '/slow', target: `${port.url}/slow`, methods: ['GET'] }] }))
})

afterEach(async () => {
  await app.close()
  await api.close()
})

/** A call whose token has run out, so that its answer holds a renewed session; the API keeps it waiting. */
async function lateCall(browser: Browser): Promise<() => Promise<void>> {
  app.clock.advance(600)
  const call = browser.call(`${app.url}/auth/api/slow`)
  await expect.poll(() => answer).toBeDefined()
  return async () => {
    answer?.()
    const { headers } = await call
    expect(headers.getSetCookie().some((cookie) => /\.session=.+/.test(cookie))).toBe(true)
  }
}

const signOut = (browser: Browser) => browser.post(`${app.url}/auth/sign-out`, {})
const signedOut = { status: 'signed-out' }

test('T-SES-03 an API that answers after sign-out does not bring the session back', async () => {
  const browser = app.browser()
  await app.signIn(browser)
  const arrive = await lateCall(browser)
  await signOut(browser)
  await arrive()
  expect(await app.session(browser)).toEqual(signedOut)
  expect((await browser.call(`${app.url}/auth/api/slow`)).status).toBe(401)
  app.clock.advance(86_400 - 60)
  expect(await app.session(browser)).toEqual(signedOut)
})

test('T-SES-03 nor does an answer about the session that was on its way during sign-out', async () => {
  const browser = app.browser()
  await app.signIn(browser)
  app.clock.advance(600)
  const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ')
  const late = await fetch(`${app.url}/auth/session`, { headers: { cookie, 'cardea-csrf': '1' } })
  await signOut(browser)
  for (const line of late.headers.getSetCookie()) {
    const [name = '', value = ''] = (line.split('; ')[0] ?? '').split(/=(.*)/s)
    browser.cookies().set(name, value)
  }
  expect(await app.session(browser)).toEqual(signedOut)
  expect([...browser.cookies().keys()].filter((name) => name.includes('.session'))).toEqual([])
})

test('T-SES-03 nobody who signs in next has the session of before them', async () => {
  const browser = app.browser()
  await app.signIn(browser)
  const arrive = await lateCall(browser)
  await signOut(browser)
  app.idp.behaviour.claims = { sub: 'usr_bo', name: 'Bo' }
  await app.signIn(browser)
  expect(await app.session(browser)).toMatchObject({ user: { sub: 'usr_bo' } })
  await arrive()
  expect(await app.session(browser)).toEqual(signedOut)
  await app.signIn(browser)
  expect(await app.session(browser)).toMatchObject({ user: { sub: 'usr_bo' } })
})

test('T-SES-02 a session that a new sign-in replaced does not come back, without a sign-out between', async () => {
  const browser = app.browser()
  await app.signIn(browser)
  const arrive = await lateCall(browser)
  app.idp.behaviour.claims = { sub: 'usr_bo', name: 'Bo' }
  await app.signIn(browser)
  await arrive()
  expect(await app.session(browser)).toEqual(signedOut)
})

test('a browser does not collect what it keeps about ended sessions', async () => {
  const browser = app.browser()
  for (let round = 0; round < 9; round++) {
    await app.signIn(browser)
    await signOut(browser)
  }
  const names = [...browser.cookies().keys()]
  expect(names.filter((name) => name.includes('.ended-'))).toHaveLength(4)
  expect(names).toHaveLength(4)
})
