import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { currentCode } from '../../authenticators/totp/code.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import {
  authorizePath,
  callback,
  config,
  ids,
  locationOf,
  openBrowser,
  pages,
  secret,
  signIn,
} from './browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages })
})
afterAll(() => cardea.close())

const session = 'cardea_session'

describe('a person signs in on the hosted page, by plain forms', () => {
  test('and comes back to the app with a code', async () => {
    const browser = openBrowser(cardea)
    const target = new URL(await signIn(browser, 'alex@demo.test', 'demo-alex-2026'))
    expect(target.origin + target.pathname).toBe(callback)
    expect(Object.fromEntries(target.searchParams)).toMatchObject({
      code: expect.any(String),
      state: 'st-1',
      iss: cardea.publicUrl,
    })
    expect(browser.cookies.has(session)).toBe(true)
  })

  test('and another app finds the session, without a page', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, 'alex@demo.test', 'demo-alex-2026')
    expect(await browser.authorize('files')).toMatch(/^http:\/\/localhost:3005\/cb\?code=/)
  })

  test('a wrong password is shown after the redirect, also when the page is loaded again', async () => {
    const browser = openBrowser(cardea)
    const page = await signIn(browser, 'alex@demo.test', 'wrong')
    expect(page).toContain('/signin?flow=')
    for (let load = 0; load < 2; load++) {
      const view = await browser.view(page)
      expect(view).toMatchObject({ retry: true, step: { messages: [{ i18nKey: 'message.password.rejected' }] } })
    }
    const view = await browser.view(page)
    const done = await browser.submit(view, { authenticatorId: ids.password, password: 'demo-alex-2026' })
    expect(done.status).toBe(303)
    expect(locationOf(done)).toContain('code=')
  })

  test('enrols an authenticator app', async () => {
    const browser = openBrowser(cardea)
    const choice = await browser.view(await signIn(browser, 'tara@demo.test', 'demo-tara-2026'))
    const page = locationOf(await browser.submit(choice, { authenticatorId: ids.totp }))
    const prompt = await browser.view(page)
    const data = prompt.step.authenticators[0]?.metadata.additionalData
    expect(data).toMatchObject({ enrolment: 'true', qrCode: expect.stringMatching(/^M/), secret: expect.any(String) })
    // What must be switched to is still in reach without a script.
    expect(prompt.step.alternatives?.map((one) => one.authenticatorId)).toEqual([ids.passkey])
    const token = currentCode(data?.secret ?? '', cardea.clock.now())
    expect(locationOf(await browser.submit(prompt, { authenticatorId: ids.totp, token }))).toContain('code=')
  })

  test('agrees to what another party’s app asks for, once', async () => {
    const browser = openBrowser(cardea)
    const page = await signIn(browser, 'alex@demo.test', 'demo-alex-2026', 'thirdparty')
    const view = await browser.view(page)
    expect(view.step).toMatchObject({
      stepType: 'CONSENT',
      consent: {
        client: { name: 'Third party', host: 'third.example' },
        account: { name: 'Alex', identifier: 'alex@demo.test' },
        redirectHost: 'third.example',
        offline: false,
        scopes: [{ name: 'openid' }, { name: 'profile' }],
      },
    })
    // Half a sign-in is no session (T-AUT-01).
    expect(browser.cookies.has(session)).toBe(false)
    expect(locationOf(await browser.submit(view, { decision: 'approve' }))).toMatch(
      /^https:\/\/third\.example\/cb\?code=/,
    )
    expect(await browser.authorize('thirdparty')).toMatch(/^https:\/\/third\.example\/cb\?code=/)
  })

  test('and sees the API that the app names without a scope of it (RFC 8707 §2)', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, 'alex@demo.test', 'demo-alex-2026')
    const named = { resource: 'https://reports.example' }
    const view = await browser.view(await browser.authorize('thirdparty', named))
    expect(view.step.consent).toMatchObject({
      scopes: [{ name: 'openid' }, { name: 'profile' }],
      apis: [{ identifier: 'https://reports.example', name: 'Reports' }],
    })
    expect(locationOf(await browser.submit(view, { decision: 'approve' }))).toContain('code=')
    expect(await browser.authorize('thirdparty', named)).toContain('code=')
  })

  test('or does not agree, and the app is told', async () => {
    const browser = openBrowser(cardea)
    const view = await browser.view(await signIn(browser, 'bea', 'demo-bea-2026', 'thirdparty'))
    const target = new URL(locationOf(await browser.submit(view, { decision: 'deny' })))
    expect(target.searchParams.get('error')).toBe('access_denied')
    expect(target.searchParams.get('state')).toBe('st-1')
    expect(browser.cookies.has(session)).toBe(false)
  })

  test('finds a passkey challenge ready beside the first form: the page need not ask for one', async () => {
    const browser = openBrowser(cardea)
    const ready = { authenticatorId: ids.passkey, metadata: { additionalData: { challengeData: expect.any(String) } } }
    const beside = { authenticators: [ready], alternatives: [{ authenticatorId: ids.identifier }] }
    const view = await browser.view(await browser.authorize('mail', { login_hint: 'alex@demo.test' }))
    expect(view).toMatchObject({ form: { version: 1 }, step: beside })
    const named = await browser.send(view, { authenticatorId: ids.identifier, username: 'alex@demo.test' })
    expect(JSON.stringify(named.body)).not.toContain('challengeData')
    const back = await browser.send(
      { ...view, form: { ...view.form, version: 2 } },
      { authenticatorId: ids.identifier },
    )
    expect(back.body).toMatchObject({ status: 'step', version: 3, step: beside })
  })

  test('the script of the page gets the same as JSON', async () => {
    const browser = openBrowser(cardea)
    const view = await browser.view(await browser.authorize())
    const step = await browser.send(view, { authenticatorId: ids.identifier, username: 'alex@demo.test' })
    expect(step.body).toMatchObject({ status: 'step', retry: false, version: 2, csrf: view.form.csrf })
    const next = { ...view, form: { ...view.form, version: 2 } }
    const done = await browser.send(next, { authenticatorId: ids.password, password: 'demo-alex-2026' })
    expect(done.body).toMatchObject({ status: 'redirect', url: expect.stringContaining(`${callback}?code=`) })
    expect(browser.cookies.has(session)).toBe(true)
  })

  test('an answer by form post reaches the app from a script too', async () => {
    const browser = openBrowser(cardea)
    const view = await browser.view(await browser.authorize('mail', { response_mode: 'form_post' }))
    await browser.send(view, { authenticatorId: ids.identifier, username: 'alex@demo.test' })
    const done = await browser.send(
      { ...view, form: { ...view.form, version: 2 } },
      { authenticatorId: ids.password, password: 'demo-alex-2026' },
    )
    const url = done.body.status === 'redirect' ? done.body.url : ''
    const html = await (await browser.go(url)).text()
    expect(html).toContain(`action="${callback}"`)
    expect(html).toContain('name="code"')
    expect((await openBrowser(cardea).go(url)).status).toBe(400)
  })

  test('going back to a sign-in that is over shows how to start again', async () => {
    const browser = openBrowser(cardea)
    const page = await browser.authorize()
    const first = await browser.view(page)
    await browser.submit(first, { authenticatorId: ids.identifier, username: 'alex@demo.test' })
    const second = await browser.view(page)
    await browser.submit(second, { authenticatorId: ids.password, password: 'demo-alex-2026' })
    const over = { page: 'error', code: 'flow.unknown', retryUrl: 'http://localhost:3002' }
    expect(await browser.view(page)).toMatchObject(over)
    const again = await browser.submit(second, { authenticatorId: ids.password, password: 'demo-alex-2026' })
    expect(again.status).toBe(400)
    expect(JSON.stringify(await openBrowser(cardea).view(page))).not.toContain('retryUrl')
  })

  test('two tabs run two sign-ins', async () => {
    const browser = openBrowser(cardea)
    const one = await browser.view(await browser.authorize())
    const two = await browser.view(await browser.authorize('files'))
    const next = await browser.view(
      locationOf(await browser.submit(one, { authenticatorId: ids.identifier, username: 'bea' })),
    )
    expect(
      locationOf(await browser.submit(next, { authenticatorId: ids.password, password: 'demo-bea-2026' })),
    ).toContain('3002')
    const other = await browser.submit(two, { authenticatorId: ids.identifier, username: 'alex@demo.test' })
    expect((await browser.view(locationOf(other))).step.identifier).toBe('alex@demo.test')
  })

  test('two tabs on one sign-in: the one left behind is told where it stands', async () => {
    const browser = openBrowser(cardea)
    const stale = await browser.view(await browser.authorize())
    await browser.submit(stale, { authenticatorId: ids.identifier, username: 'alex@demo.test' })
    const { body } = await browser.send(stale, { authenticatorId: ids.identifier, username: 'bea' })
    expect(body).toMatchObject({
      status: 'step',
      version: 2,
      step: { identifier: 'alex@demo.test', messages: [{ i18nKey: 'message.flow.superseded' }] },
    })
  })
})

describe('who may answer', () => {
  test('another browser may not, and learns nothing of the flow', async () => {
    const browser = openBrowser(cardea)
    const page = await browser.authorize()
    const view = await browser.view(page)
    const other = openBrowser(cardea)
    expect((await other.go(page)).status).toBe(400)
    const posted = await other.submit(view, { authenticatorId: ids.identifier, username: 'bea' })
    expect(posted.status).toBeGreaterThanOrEqual(400)
    expect((await browser.view(page)).form.version).toBe(1)
  })

  test.each([
    ['from another site', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['from a sibling site', { 'sec-fetch-site': 'same-site' }],
  ])('a form %s is not taken', async (_title, headers) => {
    const browser = openBrowser(cardea)
    const view = await browser.view(await browser.authorize())
    const refused = await browser.submit(view, { authenticatorId: ids.identifier, username: 'bea' }, headers)
    expect(locationOf(refused)).toContain('notice=flow.csrf')
    const shown = await browser.view(locationOf(refused))
    expect(shown.step.messages[0]?.i18nKey).toBe('message.flow.csrf')
    expect(shown.step.identifier).toBeUndefined()
  })

  test('a form without its token is not taken', async () => {
    const browser = openBrowser(cardea)
    const view = await browser.view(await browser.authorize())
    const forged = { ...view, form: { ...view.form, csrf: 'forged' } }
    expect(locationOf(await browser.submit(forged, { authenticatorId: ids.identifier, username: 'bea' }))).toContain(
      'flow.csrf',
    )
  })

  test('an app-native handle is nothing to a page', async () => {
    const browser = openBrowser(cardea)
    await browser.authorize()
    const { searchParams } = new URL(authorizePath('mail', { response_mode: 'direct' }), cardea.publicUrl)
    const headers = { accept: 'application/json', authorization: `Basic ${btoa(`mail:${secret}`)}` }
    const started = await cardea.fetch('/oauth2/authorize', { method: 'POST', headers, body: searchParams })
    const { flowId } = (await started.json()) as { flowId: string }
    for (const path of [`/signin?flow=${flowId}`, `/flow/${flowId}`, '/signin?flow=flw_unknown', '/signin'])
      expect((await browser.go(path)).status).toBe(400)

    // As if the page had given this browser a form of it.
    const csrf = cardea.engine.mac(`${browser.cookies.get('cardea_flow')}\0${flowId}`, 'flow-csrf')
    const posted = await browser.go(`/flow/${flowId}`, {
      method: 'POST',
      headers: { origin: cardea.publicUrl },
      body: new URLSearchParams({ csrf, version: '1', authenticatorId: ids.identifier, username: 'bea' }),
    })
    expect(posted.status).toBe(400)
    const next = await cardea.fetch('/oauth2/authn', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        flowId,
        version: 1,
        selectedAuthenticator: { authenticatorId: ids.identifier, params: { username: 'alex@demo.test' } },
      }),
    })
    expect(await next.json()).toMatchObject({ flowStatus: 'INCOMPLETE', nextStep: { identifier: 'alex@demo.test' } })
  })

  test('T-WEB-03 the page that asks for consent cannot be framed, and no frame agrees for the person', async () => {
    const browser = openBrowser(cardea)
    const page = await signIn(browser, 'uma', 'demo-uma-2026', 'thirdparty')
    const policy = (await browser.go(page)).headers.get('content-security-policy')
    expect(policy).toContain("frame-ancestors 'none'")
    const view = await browser.view(page)
    expect(view.step.stepType).toBe('CONSENT')
    const framed = { origin: 'null', 'sec-fetch-site': 'cross-site' }
    expect(locationOf(await browser.submit(view, { decision: 'approve' }, framed))).toContain('notice=flow.csrf')
    expect((await browser.view(page)).step.stepType).toBe('CONSENT')
    expect(locationOf(await browser.submit(view, { decision: 'approve' }))).toContain('code=')
  })

  test('T-RED-04 every answer to a form is 303, and the page lets forms end at the app only', async () => {
    const browser = openBrowser(cardea)
    const page = await browser.authorize()
    const policy = (await browser.go(page)).headers.get('content-security-policy')
    expect(policy).toContain("form-action 'self' http://localhost:3002")
    expect(policy).toContain("frame-ancestors 'none'")
    const answered = await browser.submit(await browser.view(page), {
      authenticatorId: ids.identifier,
      username: 'bea',
    })
    expect(answered.status).toBe(303)
  })
})
