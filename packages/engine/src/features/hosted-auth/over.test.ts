import type { PageView } from '@cardea/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { Browser } from './browser.fixture.ts'
import { config, ids, openBrowser, pages, signIn } from './browser.fixture.ts'

const accountUrl = 'http://localhost:3000/account'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages, accountUrl })
})
afterAll(() => cardea.close())

/** The page a browser is shown, whatever it is. */
async function shown(browser: Browser, target: string, init?: RequestInit): Promise<PageView & { status?: number }> {
  const response = await browser.go(target, init)
  const encoded = /<script type="application\/json">([^<]*)</.exec(await response.text())?.[1] ?? ''
  return JSON.parse(Buffer.from(encoded, 'base64').toString())
}

describe('a page of a sign-in that cannot go on shows the way on', () => {
  const somewhere = { page: 'error', status: 400, code: 'flow.unknown', retryUrl: accountUrl }

  test.each([
    ['an address without a sign-in', '/signin'],
    ['an address that was cut off', '/signin?flow=flw_'],
    ['one that names no sign-in', '/signin?flow=flw_doesnotexist0000000000'],
    ['a form’s address that names none', '/flow/flw_doesnotexist0000000000'],
    ['a form’s address that is cut off', '/flow/flw'],
    ['an answer that waits no longer', '/signin/handover?answer=none'],
  ])('%s leads to the account page', async (_, target) => {
    expect(await shown(openBrowser(cardea), target)).toMatchObject(somewhere)
  })

  test('a form that is sent to a sign-in that is not there leads to the account page too', async () => {
    const browser = openBrowser(cardea)
    const post = { method: 'POST', headers: { origin: cardea.publicUrl }, body: new URLSearchParams({ version: '1' }) }
    for (const target of ['/flow/flw', '/flow/flw_doesnotexist0000000000'])
      expect(await shown(browser, target, post)).toMatchObject({ page: 'error', retryUrl: accountUrl })
  })

  test('a sign-in that is done leads to its app', async () => {
    const browser = openBrowser(cardea)
    const page = await browser.authorize('thirdparty')
    const next = await browser.submit(await browser.view(page), { authenticatorId: ids.identifier, username: 'bea' })
    const second = await browser.view(next.headers.get('location') ?? '')
    await browser.submit(second, { authenticatorId: ids.password, password: 'demo-bea-2026' })
    await browser.submit(await browser.view(page), { decision: 'deny' })
    expect(await shown(browser, page)).toMatchObject({ ...somewhere, retryUrl: 'https://third.example' })
  })

  test('a sign-in of another browser leads to the account page, and says nothing of its app', async () => {
    const page = await openBrowser(cardea).authorize('thirdparty')
    const view = await shown(openBrowser(cardea), page)
    expect(view).toMatchObject({ page: 'error', code: 'flow.wrong_browser', retryUrl: accountUrl })
    expect(JSON.stringify(view)).not.toContain('third.example')
    const done = openBrowser(cardea)
    await signIn(done, 'alex@demo.test', 'demo-alex-2026')
    expect(await shown(done, page)).toMatchObject({ code: 'flow.wrong_browser', retryUrl: accountUrl })
  })

  test('the page’s script is told as before', async () => {
    const headers = { accept: 'application/json' }
    const response = await openBrowser(cardea).go('/flow/flw', {
      method: 'POST',
      headers,
      body: new URLSearchParams({ version: '1' }),
    })
    expect([response.status, await response.json()]).toMatchObject([400, { reason: 'flow.unknown' }])
  })
})

test('without an account page there is no way on that nobody answers', async () => {
  const bare = await testEngine({ config, pages })
  expect(JSON.stringify(await shown(openBrowser(bare), '/signin'))).not.toContain('retryUrl')
  await bare.close()
})
