import { nativeAuthenticators } from '@cardea/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Calendar } from './testing/calendar.ts'
import { calendar } from './testing/calendar.ts'

let app: Calendar

beforeEach(async () => {
  app = await calendar()
})

afterEach(() => app.close())

describe('app-native sign-in', () => {
  test('goes from the first step to a session', async () => {
    const browser = app.browser()
    const first = await app.start(browser, { returnTo: '/week' })
    expect(first).toMatchObject({ retry: false, step: { stepType: 'AUTHENTICATOR_PROMPT' } })
    const done = await app.answer(browser, first.version, 'right')
    expect(done).toMatchObject({
      status: 'signed-in',
      returnTo: '/week',
      session: { status: 'signed-in', user: { sub: 'usr_alex', name: 'Alex' }, acr: 'urn:cardea:acr:single' },
    })
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in', user: { name: 'Alex' } })
    expect([...browser.cookies().keys()].filter((name) => name.includes('.flow-'))).toEqual([])
  })

  test('a wrong password can be tried again, and only the newest version counts', async () => {
    const browser = app.browser()
    const first = await app.start(browser)
    const second = await app.answer(browser, first.version, 'wrong')
    expect(second).toMatchObject({ status: 'step', retry: true })
    expect(await app.answer(browser, first.version, 'right')).toMatchObject({
      status: 'failed',
      error: { reason: 'flow.superseded' },
    })
  })

  test('two tabs have a flow each', async () => {
    const browser = app.browser()
    const one = await app.start(browser, { returnTo: '/one' })
    const two = await app.start(browser, { returnTo: '/two' })
    expect(await app.answer(browser, one.version, 'right')).toMatchObject({ status: 'signed-in', returnTo: '/one' })
    expect(await app.answer(browser, two.version, 'right')).toMatchObject({ status: 'signed-in', returnTo: '/two' })
  })

  test('the client authenticates on every step, and says which browser it speaks for', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    const steps = app.idp.calls.filter(({ path }) => /authorize|authn/.test(path))
    expect(steps).toHaveLength(2)
    for (const { headers } of steps) {
      expect(headers.authorization).toMatch(/^Basic /)
      expect(headers['cardea-client-address']).toMatch(/127\.0\.0\.1$/)
      expect(headers['cardea-client-agent']).toMatch(/node/i)
      expect(headers.cookie).toBeUndefined()
    }
    expect(steps[0]?.body).toMatchObject({ response_mode: 'direct', code_challenge_method: 'S256' })
  })

  test('T-BFF-01 neither tokens nor code nor flow handle are in anything the browser sees', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    await app.session(browser)
    await browser.post(`${app.url}/auth/sign-out`, {})
    expect(app.idp.tokens).toHaveLength(5)
    const visible = [...browser.seen, ...browser.cookies().values()].join('\n')
    for (const token of app.idp.tokens) expect(visible).not.toContain(token)
    for (const token of app.idp.tokens) expect(app.logs.join('\n')).not.toContain(token)
  })

  test('a ticket becomes the address where other apps learn of the sign-in', async () => {
    app.idp.behaviour.authData = { adopt_ticket: 'ticket_1' }
    const browser = app.browser()
    const { version } = await app.start(browser, { returnTo: '/week?x=1' })
    const done = await app.answer(browser, version, 'right')
    const url = new URL(done.status === 'signed-in' ? (done.adoptUrl ?? '') : '')
    expect(url.origin + url.pathname).toBe(`${app.idp.url}/session/adopt`)
    expect(Object.fromEntries(url.searchParams)).toEqual({ ticket: 'ticket_1', return_to: `${app.url}/week?x=1` })
  })

  test.each([
    ['an error in authData', { error: 'access_denied', error_description: 'planted' }, 'authorization.access_denied'],
    ['another state', { state: 'other' }, 'bff.sign_in_failed'],
    ['another issuer', { iss: 'https://other.example' }, 'bff.sign_in_failed'],
    ['a code of another client', { code: 'other' }, 'bff.sign_in_failed'],
  ])('%s makes no session', async (_name, authData, reason) => {
    app.idp.behaviour.authData = authData
    const browser = app.browser()
    const answer = await app.signIn(browser)
    expect(answer).toMatchObject({ status: 'failed', error: { reason } })
    expect(JSON.stringify(answer)).not.toContain('planted')
    expect(await app.session(browser)).toEqual({ status: 'signed-out' })
  })

  test('an ID token with another nonce makes no session', async () => {
    app.idp.behaviour.nonce = 'planted'
    const browser = app.browser()
    expect(await app.signIn(browser)).toMatchObject({ status: 'failed', error: { reason: 'bff.sign_in_failed' } })
    expect(await app.session(browser)).toEqual({ status: 'signed-out' })
  })

  test('a flow cannot be answered from another browser', async () => {
    const { version } = await app.start(app.browser())
    const other = await app.answer(app.browser(), version, 'right')
    expect(other).toMatchObject({ status: 'failed', error: { reason: 'flow.unknown' } })
    expect(app.idp.count('/oauth2/authn')).toBe(0)
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)'])(
    'T-RED-05 returnTo %j of sign-in and sign-out leads home',
    async (returnTo) => {
      const browser = app.browser()
      const { version } = await app.start(browser, { returnTo })
      expect(await app.answer(browser, version, 'right')).toMatchObject({ status: 'signed-in', returnTo: '/' })
      const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ')
      const { signOutForm } = await app.bff.session(new Request(app.url, { headers: { cookie } }))
      const fields = { csrf: signOutForm?.csrf ?? '', returnTo }
      const answer = await browser.form(app.url + (signOutForm?.action ?? ''), fields)
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    },
  )

  test('a page address or a hint that is too long is left out, and sign-in goes on', async () => {
    const browser = app.browser()
    const start = { returnTo: `/week?${'x'.repeat(3000)}`, loginHint: 'h'.repeat(300) }
    const { version } = await app.start(browser, start)
    expect(app.idp.calls.at(-1)?.body).not.toHaveProperty('login_hint')
    expect(await app.answer(browser, version, 'right')).toMatchObject({ status: 'signed-in', returnTo: '/' })
    const answer = await browser.post(`${app.url}/auth/sign-out`, { returnTo: start.returnTo })
    expect(answer.status).toBe(200)
  })

  test('step-up goes on with the session there is', async () => {
    const browser = app.browser()
    await app.signIn(browser)
    await app.start(browser, { acrValues: 'urn:cardea:acr:multi' })
    expect(app.idp.calls.at(-1)?.body).toMatchObject({ acr_values: 'urn:cardea:acr:multi', sessionId: 'isk_1' })
  })

  test.each([
    ['no JSON', '{', 'request.malformed_json'],
    ['an unknown member', '{"version":1,"authenticatorId":"a","x":1}', 'request.invalid_parameter'],
    ['a wrong type', '{"version":"1","authenticatorId":"a"}', 'request.invalid_parameter'],
    ['too much', JSON.stringify({ version: 1, authenticatorId: 'a'.repeat(70_000) }), 'request.too_large'],
  ])('%s is refused by name', async (_name, body, reason) => {
    const answer = await app.browser().call(`${app.url}/auth/flow/step`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await answer.json()).toMatchObject({ status: 'failed', error: { reason } })
  })
})

describe('a silent or unwilling identity provider', () => {
  test('is named to the developer, and sign-in works as soon as it is back', async () => {
    app.idp.behaviour.answers = false
    const browser = app.browser()
    const answer = await browser.post(`${app.url}/auth/flow`, {})
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      error: { reason: 'bff.issuer_unreachable', params: { issuer: app.idp.url } },
    })
    const login = await browser.open(`${app.url}/auth/login`)
    expect(login.status).toBe(503)
    app.idp.behaviour.answers = true
    app.clock.advance(2)
    expect(await app.signIn(browser)).toMatchObject({ status: 'signed-in' })
  })

  test.each([
    ['a navigation', { 'sec-fetch-mode': 'navigate', accept: '*/*' }],
    ['a browser without fetch metadata', { accept: 'text/html,*/*;q=0.8' }],
  ] as [string, Record<string, string>][])(
    'sends %s to hosted sign-in back to its page with the reason',
    async (_name, headers) => {
      app.idp.behaviour.answers = false
      const answer = await app.bff.fetch(new Request(`${app.url}/auth/login?returnTo=/week%3Fday%3D2`, { headers }))
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe('/week?day=2&cardea_error=bff.issuer_unreachable')
    },
  )

  test.each([
    ['a page', { status: 200, type: 'text/html', body: '<h1>Sign in</h1>' }],
    ['a redirect', { status: 302, type: 'text/plain', body: '' }],
    ['an OAuth error', { status: 400, type: 'application/json', body: '{"error":"unsupported_response_mode"}' }],
    ['some other JSON', { status: 200, type: 'application/json', body: '{"ok":true}' }],
  ])('that answers a start with %s has no app-native sign-in', async (_name, start) => {
    app.idp.behaviour.start = start
    const answer = await app.browser().post(`${app.url}/auth/flow`, {})
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { reason: 'authorization.native_not_enabled' } })
  })

  test.each([
    ['500', { status: 500, type: 'text/html', body: 'oops' }, 'bff.issuer_unreachable'],
    ['a refusal of its own', { status: 400, type: 'application/json', body: '{"code":"ABA-60008"}' }, 'flow.expired'],
  ])('that answers a start with %s is not taken for one without', async (_name, start, reason) => {
    app.idp.behaviour.start = start
    const answer = await app.browser().post(`${app.url}/auth/flow`, {})
    expect(await answer.json()).toMatchObject({ error: { reason } })
  })

  test.each([429, 503])('that is busy (%i) ends nothing: the same step can be answered again', async (status) => {
    const browser = app.browser()
    const { version } = await app.start(browser)
    app.idp.behaviour.busy = status
    expect(await app.answer(browser, version, 'right')).toMatchObject({
      status: 'failed',
      transient: true,
      error: { reason: 'request.rate_limited', params: { seconds: '2' } },
    })
    app.idp.behaviour.busy = undefined
    expect(await app.answer(browser, version, 'right')).toMatchObject({ status: 'signed-in' })
  })

  test('that does not know the app says so', async () => {
    const other = await calendar(() => ({ clientSecret: 'wrong' }))
    const answer = await other.browser().post(`${other.url}/auth/flow`, {})
    await other.close()
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({
      error: { reason: 'bff.client_refused', params: { clientId: 'calendar' } },
    })
  })
})

describe('without JavaScript', () => {
  const cookieOf = (browser: ReturnType<Calendar['browser']>) =>
    [...browser.cookies()].map((pair) => pair.join('=')).join('; ')

  /** The page's server asks for the step to show, as Nuxt or Next would. */
  const page = async (browser: ReturnType<Calendar['browser']>, address = '/sign-in') => {
    const request = new Request(`${app.url}${address}`, { headers: { cookie: cookieOf(browser) } })
    const shown = await app.bff.flow(request, '/sign-in', { returnTo: '/week' })
    for (const line of shown.cookies) {
      const [name = '', value = ''] = (line.split('; ')[0] ?? '').split(/=(.*)/s)
      browser.cookies().set(name, value)
    }
    return shown
  }

  const post = (browser: ReturnType<Calendar['browser']>, fields: Record<string, string>) =>
    browser.form(`${app.url}/auth/flow/step`, {
      authenticatorId: nativeAuthenticators.password.id,
      username: 'alex',
      ...fields,
    })

  test('every step is a form post that answers 303, and the page shows where the flow stands', async () => {
    const browser = app.browser()
    const { form } = await page(browser)
    const wrong = await post(browser, { csrf: form?.csrf ?? '', version: String(form?.version), password: 'wrong' })
    expect([wrong.status, wrong.headers.get('location')]).toEqual([303, '/sign-in'])
    const again = await page(browser)
    expect(again.answer).toMatchObject({ status: 'step', retry: true })
    expect(app.idp.count('/oauth2/authorize')).toBe(1)
    const right = await post(browser, {
      csrf: again.form?.csrf ?? '',
      version: String(again.form?.version),
      password: 'right',
    })
    expect([right.status, right.headers.get('location')]).toEqual([303, '/week'])
    expect(await app.session(browser)).toMatchObject({ status: 'signed-in' })
  })

  /** What a step says is wrong. */
  const words = ({ answer }: Awaited<ReturnType<typeof page>>) =>
    answer.status === 'step' ? answer.step.messages.map(({ i18nKey }) => i18nKey) : answer

  test('the page that a refusal came back to shows it above the step, which can be answered again', async () => {
    const browser = app.browser()
    const { form } = await page(browser)
    const fields = { csrf: form?.csrf ?? '', version: String(form?.version) }
    app.idp.behaviour.busy = 429
    const refused = await post(browser, { ...fields, password: 'right' })
    app.idp.behaviour.busy = undefined
    const again = await page(browser, refused.headers.get('location') ?? '')
    expect(words(again)).toEqual(['message.request.rate_limited'])
    expect(again.form).toEqual(form)
    expect(words(await page(browser))).toEqual([])
    expect((await post(browser, { ...fields, password: 'right' })).headers.get('location')).toBe('/week')
  })

  test('a sign-in that is over says so above the first step of the next', async () => {
    const shown = await page(app.browser(), '/sign-in?next=1&cardea_error=flow.expired')
    expect(words(shown)).toEqual(['message.flow.expired'])
    expect(shown.form).toBeDefined()
  })

  test.each(['', 'constructor', 'call 0800 now', '<b>.x', 'a..b', `${'x'.repeat(100)}.y`])(
    'what is no code is not shown: cardea_error=%s',
    async (code) => {
      expect(words(await page(app.browser(), `/sign-in?cardea_error=${encodeURIComponent(code)}`))).toEqual([])
    },
  )

  test('T-BFF-02 a form without the step’s token reaches nobody', async () => {
    const browser = app.browser()
    const { form } = await page(browser)
    const version = String(form?.version)
    for (const csrf of ['', 'x'.repeat(43)]) {
      const answer = await post(browser, { csrf, version, password: 'right' })
      expect(answer.headers.get('location')).toBe('/sign-in?cardea_error=flow.superseded')
    }
    const other = await page(app.browser())
    const crossed = await post(browser, { csrf: other.form?.csrf ?? '', version, password: 'right' })
    expect(crossed.headers.get('location')).toBe('/sign-in?cardea_error=flow.superseded')
    expect(app.idp.count('/oauth2/authn')).toBe(0)
  })

  test('T-BFF-02 a form of a sibling subdomain is refused', async () => {
    const browser = app.browser()
    const { form } = await page(browser)
    const body = new URLSearchParams({ csrf: form?.csrf ?? '', version: String(form?.version), password: 'right' })
    const cross: Record<string, string>[] = [
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://other.example' },
      { origin: 'null' },
      {},
    ]
    for (const headers of cross) {
      const answer = await browser.open(`${app.url}/auth/flow/step`, { method: 'POST', headers, body })
      expect(answer.status).toBe(403)
    }
    expect(app.idp.count('/oauth2/authn')).toBe(0)
  })
})
