import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { Browser } from './browser.fixture.ts'
import { config, ids, locationOf, openBrowser, pages, signIn } from './browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages, standing: true })
})
afterAll(() => cardea.close())

const alex = 'alex@demo.test'
const right = 'demo-alex-2026'

/** A browser of the one address that an office has. */
const inTheOffice = () => openBrowser(cardea)

/** Answers with a password; whether it was right, and seconds to wait when it was not judged. */
async function attempt(browser: Browser, password: string) {
  const first = await browser.view(await browser.authorize('mail', { prompt: 'select_account' }))
  const named = { authenticatorId: ids.identifier, username: alex }
  const view = await browser.view(locationOf(await browser.submit(first, named)))
  const { body } = await browser.send(view, { authenticatorId: ids.password, password })
  const message = body.status === 'step' ? body.step.messages[0] : undefined
  const wait = message?.i18nKey === 'message.flow.wait' ? Number(message.context[0]?.value) : 0
  return { right: message === undefined, wait }
}

/** Guesses wrong so often, sitting out each delay. */
async function guess(browser: Browser, times: number) {
  for (let judged = 0; judged < times; ) {
    const { wait } = await attempt(browser, `guess ${judged}`)
    if (wait > 0) cardea.clock.advance(wait * 1000)
    else judged += 1
  }
}

describe('T-BRU-01 a device the person has signed in with', () => {
  test('goes on while a stranger at the same address guesses', async () => {
    const theirs = inTheOffice()
    expect(await signIn(theirs, alex, right)).toContain('code=')
    const stranger = inTheOffice()
    await guess(stranger, 20)
    expect((await attempt(stranger, right)).wait).toBeGreaterThan(0)
    expect(await attempt(theirs, right)).toEqual({ right: true, wait: 0 })
  })

  test('has to wait for its own guesses, and the others at its address do not', async () => {
    cardea.clock.advance(86_400_000)
    const theirs = inTheOffice()
    expect(await signIn(theirs, alex, right)).toContain('code=')
    // Whoever stole the cookie of that browser.
    const thief = inTheOffice()
    thief.cookies.set('cardea_device', theirs.cookies.get('cardea_device') ?? '')
    await guess(thief, 20)
    expect((await attempt(thief, right)).wait).toBeGreaterThan(0)
    expect(await attempt(inTheOffice(), right)).toEqual({ right: true, wait: 0 })
  })

  test('is none for anybody else', async () => {
    cardea.clock.advance(86_400_000)
    const theirs = inTheOffice()
    expect(await signIn(theirs, 'bea', 'demo-bea-2026')).toContain('code=')
    await guess(inTheOffice(), 20)
    expect((await attempt(theirs, right)).wait).toBeGreaterThan(0)
  })
})
