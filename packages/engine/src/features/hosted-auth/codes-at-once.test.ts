import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, openBrowser, pages, signIn } from './browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages, standing: true })
})
afterAll(() => cardea.close())

async function signedIn() {
  const browser = openBrowser(cardea)
  await signIn(browser, 'alex@demo.test', 'demo-alex-2026')
  cardea.clock.advance(1000)
  return browser
}

test('T-DOS-01 a signed-in browser gets many codes at once, but not as many as it likes; others go on', async () => {
  const [busy, other] = [await signedIn(), await signedIn()]
  const ask = async (browser: typeof busy) => {
    const answer = new URL(await browser.authorize()).searchParams
    return answer.get('error') ?? (answer.has('code') ? 'code' : 'neither')
  }
  const count = async (times: number) => {
    const answers: string[] = []
    for (let round = 0; round < times; round += 1) answers.push(await ask(busy))
    return Object.fromEntries([...Map.groupBy(answers, (one) => one)].map(([answer, all]) => [answer, all.length]))
  }
  expect(await count(100)).toEqual({ code: 100 })
  expect(await count(600)).toEqual({ code: 500, temporarily_unavailable: 100 })
  // A refusal writes nothing.
  const grants = cardea.engine.store.across('count codes').selectFrom('access_grant').select('id')
  const before = (await grants.execute()).length
  expect(await ask(busy)).toBe('temporarily_unavailable')
  expect((await grants.execute()).length).toBe(before)
  // At the same address.
  expect(await ask(other)).toBe('code')
  cardea.clock.advance(5000)
  expect(await count(10)).toEqual({ code: 5, temporarily_unavailable: 5 })
})
