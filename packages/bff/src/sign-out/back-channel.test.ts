import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryStore } from '../index.ts'
import { app } from '../testing/app.ts'
import type { Calendar } from '../testing/calendar.ts'
import { calendar } from '../testing/calendar.ts'
import { identityProvider } from '../testing/identity-provider.ts'
import { reserve } from '../testing/serve.ts'

const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }

describe('back-channel logout', () => {
  let web: Calendar

  beforeEach(async () => {
    web = await calendar(() => ({ store: memoryStore() }))
  })

  afterEach(() => web.close())

  const send = (token: string) =>
    fetch(`${web.url}/auth/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) })

  test.each([
    ['its sid', { sid: 'ses_1' }],
    ['its person', { sub: 'usr_alex' }],
    ['both', { sid: 'ses_1', sub: 'usr_alex' }],
  ])('T-BFF-09 a logout token with %s ends the session', async (_name, claims) => {
    const browser = web.browser()
    await web.signIn(browser)
    const answer = await send(await web.idp.logoutToken({ ...claims, events }))
    expect(answer.status).toBe(204)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await web.session(browser)).toEqual({ status: 'signed-out' })
  })

  test('T-BFF-09 the token of another session ends nothing', async () => {
    const browser = web.browser()
    await web.signIn(browser)
    expect((await send(await web.idp.logoutToken({ sid: 'ses_2', sub: 'usr_alex', events }))).status).toBe(204)
    expect(await web.session(browser)).toMatchObject({ status: 'signed-in' })
  })

  test('T-BFF-09 a logout token works once', async () => {
    const token = await web.idp.logoutToken({ sid: 'ses_1', events })
    const answers = await Promise.all([send(token), send(token), send(token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400, 400])
  })

  test.each([
    ['without the event', { sid: 'ses_1' }],
    ['with another event', { sid: 'ses_1', events: { 'urn:other': {} } }],
    ['with an event that is no object', { sid: 'ses_1', events: { [Object.keys(events)[0] ?? '']: true } }],
    ['with a nonce', { sid: 'ses_1', events, nonce: 'n' }],
    ['for nobody', { events }],
    ['for another client', { sid: 'ses_1', events, aud: 'mail' }],
    ['of another issuer', { sid: 'ses_1', events, iss: 'https://other.example' }],
    ['that is too old', { sid: 'ses_1', events, iat: Math.floor(Date.now() / 1000) - 900 }],
    ['that has expired', { sid: 'ses_1', events, exp: Math.floor(Date.now() / 1000) - 60 }],
    ['of another type', { sid: 'ses_1', events }, 'at+jwt'],
  ])('T-BFF-09 a logout token %s is refused', async (_name, claims, typ = 'logout+jwt') => {
    const browser = web.browser()
    await web.signIn(browser)
    const answer = await send(await web.idp.logoutToken(claims, typ))
    expect(answer.status).toBe(400)
    expect(await web.session(browser)).toMatchObject({ status: 'signed-in' })
  })

  test('T-BFF-09 a forged signature is refused', async () => {
    const browser = web.browser()
    await web.signIn(browser)
    const another = await web.idp.logoutToken({ sid: 'ses_2', events })
    const [header, , signature] = another.split('.')
    const payload = Buffer.from(JSON.stringify({ ...decodeJwt(another), sid: 'ses_1' })).toString('base64url')
    expect((await send(`${header}.${payload}.${signature}`)).status).toBe(400)

    const right = await web.idp.logoutToken({ sid: 'ses_1', events })
    const [signed, bytes] = [
      right.slice(0, right.lastIndexOf('.')),
      Buffer.from(right.split('.')[2] ?? '', 'base64url'),
    ]
    const flipped = Buffer.from(bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)))
    expect((await send(`${signed}.${flipped.toString('base64url')}`)).status).toBe(400)
    expect((await send('')).status).toBe(400)
    expect(await web.session(browser)).toMatchObject({ status: 'signed-in' })
    expect((await send(right)).status).toBe(204)
  })
})

test('T-BFF-09 somebody else’s identity provider ends the session with its own: the next call finds none', async () => {
  const port = await reserve()
  const idp = await identityProvider(port.url)
  const mail = await app(
    () => ({ issuer: idp.url, clientId: 'mail', clientSecret: 'mail-secret-of-the-test', store: memoryStore() }),
    port,
  )
  const browser = mail.browser()
  const login = await browser.open(`${mail.url}/auth/login`)
  await browser.open(await idp.signIn(browser, login.headers.get('location') ?? '', 'alex'))
  const page = await (await browser.open(`${idp.url}/session/end`)).text()
  const [, xsrf = ''] = /name="xsrf" value="(\w+)"/.exec(page) ?? []
  await browser.open(`${idp.url}/session/end/confirm`, {
    method: 'POST',
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  })
  const answer = await browser.call(`${mail.url}/auth/session`)
  expect(await answer.json()).toEqual({ status: 'signed-out' })
  await mail.close()
  await idp.close()
})
