import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { currentCode } from '../../authenticators/totp/code.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { callback, config, ids, locationOf, openBrowser, pages, signIn } from './browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages })
})
afterAll(() => cardea.close())

const name = 'cardea_session'
const alex = ['alex@demo.test', 'demo-alex-2026'] as const
const isSignedIn = async (browser: ReturnType<typeof openBrowser>) =>
  (await browser.authorize('mail', { prompt: 'none' })).includes('code=')

/** The browser is signed in by another secret, and whoever has the one before is not. */
async function expectRenewed(browser: ReturnType<typeof openBrowser>, before: string) {
  expect(browser.cookies.get(name)).not.toBe(before)
  const old = openBrowser(cardea)
  old.cookies.set(name, before)
  expect(await isSignedIn(old)).toBe(false)
  expect(await isSignedIn(browser)).toBe(true)
}

describe('SES the single sign-on session', () => {
  test('T-SES-01 a session id from before the sign-in is not kept', async () => {
    const browser = openBrowser(cardea)
    browser.cookies.set(name, 'planted-by-somebody-else')
    await signIn(browser, ...alex)
    expect(browser.cookies.get(name)).not.toBe('planted-by-somebody-else')
    const attacker = openBrowser(cardea)
    attacker.cookies.set(name, 'planted-by-somebody-else')
    expect(await isSignedIn(attacker)).toBe(false)
  })

  test('T-SES-02 a proof renews the secret, and the one before is worth nothing', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, ...alex)
    const before = browser.cookies.get(name) ?? ''
    const view = await browser.view(await browser.authorize('mail', { prompt: 'login' }))
    expect(view.step.identifier).toBe('alex@demo.test')
    await browser.submit(view, { authenticatorId: ids.password, password: alex[1] })
    await expectRenewed(browser, before)
  })

  test('T-SES-02 so does a second factor', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, 'uma', 'demo-uma-2026')
    const before = browser.cookies.get(name) ?? ''
    const choice = await browser.view(await browser.authorize('mail', { acr_values: 'urn:cardea:acr:multi' }))
    const prompt = await browser.view(locationOf(await browser.submit(choice, { authenticatorId: ids.totp })))
    const { secret = '' } = prompt.step.authenticators[0]?.metadata.additionalData ?? {}
    const token = currentCode(secret, cardea.clock.now())
    expect(locationOf(await browser.submit(prompt, { authenticatorId: ids.totp, token }))).toContain('code=')
    await expectRenewed(browser, before)
  })

  test.each([
    ['two tabs', {}],
    ['select_account', { prompt: 'select_account' }],
  ])('T-SES-02 who signs in again in the same browser (%s) has one session', async (how, more) => {
    const { engine } = cardea
    const browser = openBrowser(cardea)
    const early = await browser.view(await browser.authorize('files'))
    await signIn(browser, 'bea', 'demo-bea-2026')
    const before = browser.cookies.get(name) ?? ''
    const first = await engine.sessions.findBySecret(before)
    if (how === 'two tabs') {
      const named = await browser.submit(early, { authenticatorId: ids.identifier, username: 'bea' })
      const asked = await browser.view(locationOf(named))
      const done = await browser.submit(asked, { authenticatorId: ids.password, password: 'demo-bea-2026' })
      expect(locationOf(done)).toContain('code=')
    } else {
      expect(await signIn(browser, 'bea', 'demo-bea-2026', 'files', more)).toContain('code=')
    }
    const second = await engine.sessions.findBySecret(browser.cookies.get(name) ?? '')
    expect(second?.id).toBe(first?.id)
    await expectRenewed(browser, before)
    // Both apps hear of the one sign-out.
    expect(first && (await engine.sessions.participants(first.org, first.id))).toEqual(['mail', 'files'])
  })

  test('T-SES-03 T-SES-05 ended on the server, it is over in the browser', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, ...alex)
    const found = await cardea.engine.sessions.findBySecret(browser.cookies.get(name) ?? '')
    if (!found) throw new Error('no session')
    await cardea.engine.store.unit((unit) => cardea.engine.sessions.endAll(unit, found.org, found.account))
    expect(await isSignedIn(browser)).toBe(false)
  })

  test('T-RED-01 an address that the app has given up meanwhile gets no code', async () => {
    const browser = openBrowser(cardea)
    const first = await browser.view(await browser.authorize('mail'))
    const named = await browser.submit(first, { authenticatorId: ids.identifier, username: alex[0] })
    const view = await browser.view(locationOf(named))
    const mail = await cardea.engine.clients.find('mail')
    if (!mail) throw new Error('no app')
    const change = (redirectUris: readonly string[]) =>
      cardea.engine.store.unit((unit) => cardea.engine.clients.update(unit, mail.org, mail.id, { redirectUris }))
    await change(['https://mail.example/new'])
    const answer = await browser.submit(view, { authenticatorId: ids.password, password: alex[1] })
    expect(locationOf(answer)).toBe('400')
    await change(mail.redirectUris)
  })

  test('a disabled account has no session from that moment on', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, 'bea', 'demo-bea-2026')
    const { id: org } = await cardea.engine.organizations.root()
    const bea = await cardea.engine.accounts.findByIdentifier(org, 'bea')
    if (!bea) throw new Error('no account')
    await cardea.engine.store.unit((unit) => cardea.engine.accounts.update(unit, org, bea.id, { status: 'disabled' }))
    expect(await isSignedIn(browser)).toBe(false)
    expect(await signIn(openBrowser(cardea), 'bea', 'demo-bea-2026')).toContain('/signin?flow=')
    await cardea.engine.store.unit((unit) => cardea.engine.accounts.update(unit, org, bea.id, { status: 'active' }))
  })

  test('T-SES-04 it ends when it is not used, and in any case in the end', async () => {
    const day = 86_400_000
    const idle = openBrowser(cardea)
    await signIn(idle, ...alex)
    cardea.clock.advance(8 * day)
    expect(await isSignedIn(idle)).toBe(false)

    const used = openBrowser(cardea)
    await signIn(used, ...alex)
    for (let days = 0; days < 30; days += 5) {
      expect(await isSignedIn(used)).toBe(true)
      cardea.clock.advance(5 * day)
    }
    expect(await isSignedIn(used)).toBe(false)
  })

  test('T-SES-06 its cookie is for this host, for HTTP and, on https, for TLS only', async () => {
    const secure = await testEngine({ config, pages, publicUrl: 'https://id.example' })
    const browser = openBrowser(secure)
    const first = await browser.view(await browser.authorize())
    expect([...browser.cookies.keys()]).toEqual(['__Host-cardea_flow'])
    const second = await browser.view(
      locationOf(await browser.submit(first, { authenticatorId: ids.identifier, username: alex[0] })),
    )
    const done = await browser.submit(second, { authenticatorId: ids.password, password: alex[1] })
    const cookie = done.headers.getSetCookie().find((line) => line.startsWith('__Host-cardea_session='))
    expect(cookie).toMatch(/; Path=\//)
    for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Lax']) expect(cookie).toContain(attribute)
    expect(cookie).not.toMatch(/domain/i)
    await secure.close()
  })

  test('max_age asks again for what is older, and only then', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, ...alex)
    expect(await browser.authorize('mail', { max_age: '60' })).toContain(`${callback}?code=`)
    cardea.clock.advance(61_000)
    expect(await browser.authorize('mail', { max_age: '60' })).toContain('/signin?flow=')
    expect(await browser.authorize('mail', { max_age: '60', prompt: 'none' })).toContain('error=login_required')
  })

  test('select_account asks who it is, and another person gets a session of their own', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, ...alex)
    const before = browser.cookies.get(name)
    const target = await signIn(browser, 'bea', 'demo-bea-2026', 'mail', { prompt: 'select_account' })
    expect(target).toContain('code=')
    expect(browser.cookies.get(name)).not.toBe(before)
  })

  test('an id_token_hint of somebody else is not answered with this person', async () => {
    const browser = openBrowser(cardea)
    await signIn(browser, ...alex)
    const claims = JSON.stringify({ id_token: { sub: { value: 'usr_somebody_else' } } })
    expect(await browser.authorize('mail', { claims })).toContain('/signin?flow=')
    const target = await signIn(browser, ...alex, 'mail', { claims })
    expect(target).toContain('error=access_denied')
  })

  test('an essential acr that cannot be reached is refused', async () => {
    const browser = openBrowser(cardea)
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: 'urn:example:gold' } } })
    expect(await signIn(browser, ...alex, 'mail', { claims })).toContain('error=unmet_authentication_requirements')
    expect(browser.cookies.has(name)).toBe(false)
  })
})
