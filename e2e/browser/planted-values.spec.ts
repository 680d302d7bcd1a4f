import type { Page, Request, Response, Route } from '@playwright/test'
import * as oidc from 'openid-client'
import { secretOf } from '../deployment/configuration.ts'
import { createPlainBrowser, signInAt } from '../deployment/plain-browser.ts'
import { addresses } from './deployment.ts'
import type { Door } from './doors.ts'
import { calendar, mail } from './doors.ts'
import { expectAccountPage, givePassword, identify, signOut } from './steps.ts'
import type { Person } from './test.ts'
import { expect, test } from './test.ts'

/** JWS, a refresh token or an authorization code, as this server makes them. */
const secrets: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a token', /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/],
  ['a refresh token or code', /\bgrt_[\w-]{10,}\.[\w-]{20,}/],
  ['a member of a token answer', /"(access_token|refresh_token|id_token|code_verifier|authData|client_secret)"/],
  ['an authorization code', /[?&#"](code)["=]+:?"?[\w.~-]{16,}/],
]

interface Seen {
  readonly where: string
  /** Missing when it was there and could not be read. */
  readonly text?: string
}

const isFromScript = (request: Request) => ['fetch', 'xhr'].includes(request.resourceType())

/** Everything a browser is shown: addresses, bodies, headers it may read, storage, markup, cookies scripts can read. */
async function watch(page: Page): Promise<() => Promise<Seen[]>> {
  const seen: Seen[] = []
  const pending: Promise<void>[] = []
  const onRequest = (request: Request) => {
    seen.push({ where: `address ${request.url()}`, text: request.url() })
    seen.push({ where: `body sent to ${request.url()}`, text: request.postData() ?? '' })
  }
  const onResponse = (response: Response) => {
    const where = `answer of ${response.url()}`
    const headers = Object.entries(response.headers()).filter(([name]) => name !== 'set-cookie')
    seen.push({ where: `headers, ${where}`, text: headers.map((pair) => pair.join(': ')).join('\n') })
    if (/\.(js|css|woff2|svg)$/.test(new URL(response.url()).pathname)) return
    const hasNoBody = response.status() === 204 || (response.status() >= 300 && response.status() < 400)
    if (hasNoBody || isFromScript(response.request())) return
    pending.push(
      response.text().then(
        (text) => void seen.push({ where, text }),
        () => void seen.push({ where }),
      ),
    )
  }
  // A page that leaves on an answer takes its body along: what scripts ask for is read before they get it.
  const readFirst = async (route: Route) => {
    const response = await route.fetch({ maxRedirects: 0 })
    seen.push({ where: `answer of ${response.url()}`, text: await response.text() })
    await route.fulfill({ response })
  }
  await page.context().route('**', (route) => (isFromScript(route.request()) ? readFirst(route) : route.continue()))
  page.context().on('request', onRequest).on('response', onResponse)
  return async () => {
    await page.context().unrouteAll({ behavior: 'wait' })
    await Promise.all(pending)
    const inside = await page.evaluate(() => ({
      markup: document.documentElement.outerHTML,
      cookies: document.cookie,
      local: JSON.stringify(localStorage),
      session: JSON.stringify(sessionStorage),
      history: JSON.stringify(history.state),
      name: window.name,
    }))
    seen.push(...Object.entries(inside).map(([where, text]) => ({ where, text: text ?? '' })))
    return seen
  }
}

/** Where a secret shows; `allowed` says in whose address a code may be. */
function found(seen: readonly Seen[], allowed: RegExp | undefined): string[] {
  return seen.flatMap(({ where, text }) => {
    if (text === undefined) return [`nobody knows what in ${where}`]
    // The one callback of hosted mode: once as where the page is sent to, once as what it asks for.
    const rest = allowed ? text.replace(allowed, '') : text
    return secrets.flatMap(([what, pattern]) => (pattern.test(rest) ? [`${what} in ${where}`] : []))
  })
}

/** What was read of the answers of an address: without it, nothing found in them says nothing. */
const bodiesOf = (seen: readonly Seen[], address: string) =>
  seen.filter(({ where }) => where === `answer of ${address}`).map(({ text = '' }) => JSON.parse(text))

/** What an app that speaks to the server itself gets. */
async function signInAsAnApp(person: Person) {
  const planner = await oidc.discovery(
    new URL(addresses.server),
    'third-party',
    {},
    oidc.ClientSecretBasic(secretOf('third-party')),
    { execute: [oidc.allowInsecureRequests] },
  )
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const callback = `${addresses.thirdParty}/callback`
  const url = oidc.buildAuthorizationUrl(planner, {
    redirect_uri: callback,
    scope: 'openid offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const answer = await signInAt(createPlainBrowser(), url.href, person, callback)
  const tokens = await oidc.authorizationCodeGrant(planner, answer, { pkceCodeVerifier })
  const { access_token, refresh_token, id_token } = tokens
  return { address: answer.href, tokens: { access_token, refresh_token, id_token } }
}

const callbackOf = ({ app }: Door) => new RegExp(`${app}/auth/callback\\?code=[^\\s"]+`, 'g')

test.describe('T-BFF-01 what a browser is shown', () => {
  test('would be found: the patterns know what this server makes', async ({ newPerson }) => {
    const person = await newPerson()
    const { address, tokens } = await signInAsAnApp(person)
    const planted = Object.entries(tokens).map(([where, value]) => ({ where, text: `x=${value}` }))
    expect(found([...planted, { where: 'address', text: address }], undefined)).toEqual([
      'a token in access_token',
      'a refresh token or code in refresh_token',
      'a token in id_token',
      'a refresh token or code in address',
      'an authorization code in address',
    ])
  })

  test('has no token, code or handle when the app signs in by itself', async ({ page, newPerson }) => {
    const person = await newPerson()
    const finish = await watch(page)
    await calendar.open(page)
    await identify(page, person)
    await givePassword(page, 'not the password')
    await expect(page.getByText('That password doesn’t match.')).toBeVisible()
    await givePassword(page, person.password)
    await calendar.expectSignedIn(page, person)
    await page.reload()
    await calendar.expectSignedIn(page, person)
    const seen = await finish()
    expect(found(seen, undefined)).toEqual([])
    expect(bodiesOf(seen, `${calendar.app}/auth/flow/step`)).toContainEqual(
      expect.objectContaining({ status: 'step', retry: true }),
    )
    expect(bodiesOf(seen, `${calendar.app}/auth/session`)).toContainEqual(
      expect.objectContaining({ status: 'signed-in' }),
    )
    // The handle of the flow stays with the backend too.
    expect(seen.filter(({ text = '' }) => /\bflw_[\w-]{10,}/.test(text)).map(({ where }) => where)).toEqual([])
    expect(seen.length).toBeGreaterThan(20)
  })

  test('has the code of hosted mode in the one callback and nowhere else', async ({ page, browser, newPerson }) => {
    const person = await newPerson()
    const finish = await watch(page)
    await mail.open(page)
    await identify(page, person)
    await givePassword(page, person.password)
    await mail.expectSignedIn(page, person)
    const seen = await finish()
    expect(found(seen, callbackOf(mail))).toEqual([])
    expect(bodiesOf(seen, `${mail.app}/auth/session`)).toContainEqual(expect.objectContaining({ status: 'signed-in' }))
    const callbacks = seen.filter(({ where }) => where.startsWith(`address ${addresses.mail}/auth/callback`))
    expect(callbacks).toHaveLength(1)
    // Useless to whoever has read it: it is used, and its verifier never left the backend.
    const stranger = await browser.newContext()
    const again = await stranger.request.get(callbacks[0]?.text ?? '', { maxRedirects: 0 })
    expect(again.headers().location).toBe('/?cardea_error=bff.transaction_missing')
    const session = await stranger.request.get(`${mail.app}/auth/session`, { headers: { 'cardea-csrf': '1' } })
    expect(await session.json()).toMatchObject({ status: 'signed-out' })
    await stranger.close()
    await page.goto(addresses.mail)
    await mail.expectSignedIn(page, person)
  })

  test('has no token on the account page, nor after signing out', async ({ page, newPerson }) => {
    const person = await newPerson()
    const finish = await watch(page)
    await page.goto(`${addresses.server}/account`)
    await identify(page, person)
    await givePassword(page, person.password)
    await expectAccountPage(page)
    await page.getByRole('button', { name: 'Edit profile' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await expect(page.getByText('Saved.')).toBeVisible()
    await signOut(page, person)
    await page.waitForURL((url) => url.pathname !== '/account')
    const callback = new RegExp(`${addresses.server}/account/_auth/callback\\?code=[^\\s"]+`, 'g')
    const seen = await finish()
    expect(found(seen, callback)).toEqual([])
    expect(bodiesOf(seen, `${addresses.server}/account/_auth/sign-out`)).toHaveLength(1)
  })

  test('has cookies that scripts cannot read', async ({ page, newPerson }) => {
    const person = await newPerson()
    await mail.open(page)
    await identify(page, person)
    await givePassword(page, person.password)
    await mail.expectSignedIn(page, person)
    const cookies = await page.context().cookies()
    expect(cookies.length).toBeGreaterThan(0)
    for (const { name, httpOnly, sameSite } of cookies) {
      expect(httpOnly, name).toBe(true)
      expect(sameSite, name).toBe('Lax')
    }
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })
})
