import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import type { BffSignOut } from '@cardea/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from './testing/app.ts'
import { app } from './testing/app.ts'
import type { Browser } from './testing/browser.ts'
import type { IdentityProvider } from './testing/identity-provider.ts'
import { identityProvider } from './testing/identity-provider.ts'
import { reserve } from './testing/serve.ts'

let mail: App
let idp: IdentityProvider

beforeAll(async () => {
  const port = await reserve()
  idp = await identityProvider(port.url)
  mail = await app(() => ({ issuer: idp.url, clientId: 'mail', clientSecret: 'mail-secret-of-the-test' }), port)
})

afterAll(async () => {
  await mail.close()
  await idp.close()
})

const login = async (browser: Browser, query = '') => {
  const answer = await browser.open(`${mail.url}/auth/login${query}`)
  return answer.headers.get('location') ?? ''
}

const signIn = async (browser: Browser, query = '') => {
  const callback = await idp.signIn(browser, await login(browser, query), 'alex')
  return browser.open(callback)
}

const session = async (browser: Browser) => (await browser.call(`${mail.url}/auth/session`)).json()

const signOut = async (browser: Browser, returnTo = '/') => {
  const answer = await browser.post(`${mail.url}/auth/sign-out`, { returnTo })
  return (await answer.json()) as BffSignOut
}

describe('hosted sign-in', () => {
  test('ends at a clean address, with a session that names the person', async () => {
    const browser = mail.browser()
    const answer = await signIn(browser, '?returnTo=/inbox%3Ftab=1')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/inbox?tab=1')
    expect(await session(browser)).toMatchObject({
      status: 'signed-in',
      user: { sub: 'alex', name: 'Name of alex', email: 'alex@example.test', emailVerified: true },
    })
  })

  test('passes on login hint, acr values and prompt, and asks with PKCE, state and nonce', async () => {
    const url = new URL(await login(mail.browser(), '?loginHint=tara%40x&acrValues=urn%3Aa&prompt=login'))
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      login_hint: 'tara@x',
      acr_values: 'urn:a',
      prompt: 'login',
      code_challenge_method: 'S256',
      response_type: 'code',
      redirect_uri: `${mail.url}/auth/callback`,
    })
    expect(url.searchParams.get('state')).toHaveLength(43)
    expect(url.searchParams.get('nonce')).toHaveLength(43)
  })

  test('several tabs can sign in at once, each to its own page', async () => {
    const browser = mail.browser()
    const first = await login(browser, '?returnTo=/one')
    const second = await login(browser, '?returnTo=/two')
    const secondBack = await idp.signIn(browser, second, 'alex')
    expect((await browser.open(secondBack)).headers.get('location')).toBe('/two')
    const firstBack = await idp.signIn(browser, first, 'alex')
    expect((await browser.open(firstBack)).headers.get('location')).toBe('/one')
  })

  test('a browser does not collect the cookies of sign-ins that were given up', async () => {
    const browser = mail.browser()
    for (let round = 0; round < 9; round++) await login(browser)
    expect([...browser.cookies().keys()].filter((name) => name.includes('.tx-'))).toHaveLength(5)
  })

  test('a callback of somebody else’s sign-in is not redeemed (login CSRF)', async () => {
    const attacker = mail.browser()
    const callback = await idp.signIn(attacker, await login(attacker), 'mallory')
    const before = idp.grants.authorization_code
    const victim = mail.browser()
    const answer = await victim.open(callback)
    expect(answer.headers.get('location')).toBe('/?cardea_error=bff.transaction_missing')
    expect(await session(victim)).toEqual({ status: 'signed-out' })
    expect(idp.grants.authorization_code).toBe(before)
  })

  test('a callback works once', async () => {
    const browser = mail.browser()
    const callback = await idp.signIn(browser, await login(browser), 'alex')
    await browser.open(callback)
    const before = idp.grants.authorization_code
    expect((await browser.open(callback)).headers.get('location')).toBe('/')
    expect(idp.grants.authorization_code).toBe(before)
  })

  test('a refusal reaches the page as a code, without the provider’s words', async () => {
    const browser = mail.browser()
    const location = new URL(await login(browser, '?returnTo=/inbox'))
    const state = location.searchParams.get('state') ?? ''
    const query = new URLSearchParams({ error: 'access_denied', error_description: 'planted', state, iss: idp.url })
    const answer = await browser.open(`${mail.url}/auth/callback?${query}`)
    expect(answer.headers.get('location')).toBe('/inbox?cardea_error=authorization.access_denied')
  })

  test('an answer of another issuer is refused (RFC 9207)', async () => {
    const browser = mail.browser()
    const callback = new URL(await idp.signIn(browser, await login(browser), 'alex'))
    callback.searchParams.set('iss', 'https://other.example')
    const answer = await browser.open(callback.href)
    expect(answer.headers.get('location')).toBe('/?cardea_error=bff.sign_in_failed')
    expect(await session(browser)).toEqual({ status: 'signed-out' })
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/%5Cevil.example',
    '/\tevil.example',
    '/%09/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'evil',
    '/auth/login',
  ])('T-RED-05 returnTo %j leads home', async (returnTo) => {
    const answer = await signIn(mail.browser(), `?returnTo=${encodeURIComponent(returnTo)}`)
    expect(answer.headers.get('location')).toBe('/')
  })

  test('T-RED-07 Host and forwarded headers change no address', async () => {
    // By hand: fetch does not send a Host of one's own.
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${mail.url}/auth/login`, { headers }, resolve).on('error', reject).end()
    })
    answer.resume()
    expect(answer.statusCode).toBe(303)
    expect(JSON.stringify(answer.headers)).not.toContain('evil.example')
    expect(new URL(answer.headers.location ?? '').searchParams.get('redirect_uri')).toBe(`${mail.url}/auth/callback`)
  })

  test('T-BFF-01 no token is in anything the browser sees, but for the code in its one callback', async () => {
    const browser = mail.browser()
    const start = idp.tokens.length
    await signIn(browser)
    await session(browser)
    const { redirectUrl } = await signOut(browser)
    const given = idp.tokens.slice(start)
    expect(given).toHaveLength(3)
    const visible = [...browser.seen, redirectUrl, ...browser.cookies().values()].join('\n')
    for (const token of given) expect(visible).not.toContain(token)
  })
})

test('asked for app-native sign-in, a provider that has none leads to hosted sign-in', async () => {
  const answer = await mail.browser().post(`${mail.url}/auth/flow`, { returnTo: '/inbox' })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    status: 'failed',
    error: { reason: 'authorization.native_not_enabled' },
  })
})

describe('sign-out', () => {
  test('ends the session here, revokes the refresh token and comes back through the provider', async () => {
    const browser = mail.browser()
    await signIn(browser)
    const revoked = idp.revoked.length
    const { redirectUrl } = await signOut(browser, '/bye')
    expect(await session(browser)).toEqual({ status: 'signed-out' })
    expect(idp.revoked).toHaveLength(revoked + 1)
    const url = new URL(redirectUrl ?? '')
    expect(url.origin).toBe(idp.url)
    expect(url.searchParams.get('id_token_hint')).toBeNull()
    const state = url.searchParams.get('state')
    const landing = await browser.open(`${mail.url}/auth/signed-out?state=${state}`)
    expect(landing.headers.get('location')).toBe('/bye')
  })

  test('a landing with a state that is not this browser’s leads home', async () => {
    const browser = mail.browser()
    await signIn(browser)
    const { redirectUrl } = await signOut(browser, '/bye')
    const state = new URL(redirectUrl ?? '').searchParams.get('state')
    const landing = await mail.browser().open(`${mail.url}/auth/signed-out?state=${state}`)
    expect(landing.headers.get('location')).toBe('/')
  })

  test('works as a plain form, whose token belongs to the session', async () => {
    const browser = mail.browser()
    await signIn(browser)
    const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ')
    const { signOutForm } = await mail.bff.session(new Request(mail.url, { headers: { cookie } }))
    const forged = await browser.form(mail.url + (signOutForm?.action ?? ''), { csrf: 'x'.repeat(43) })
    expect(forged.status).toBe(403)
    expect(await session(browser)).toMatchObject({ status: 'signed-in' })
    const answer = await browser.form(mail.url + (signOutForm?.action ?? ''), { csrf: signOutForm?.csrf ?? '' })
    expect(answer.status).toBe(303)
    expect(await session(browser)).toEqual({ status: 'signed-out' })
  })

  test('works while the provider is silent', async () => {
    const browser = mail.browser()
    await signIn(browser)
    idp.stopAnswering(false)
    const answer = await browser.post(`${mail.url}/auth/sign-out`, {})
    idp.stopAnswering(true)
    expect(answer.status).toBe(200)
    expect(await session(browser)).toEqual({ status: 'signed-out' })
  })
})
