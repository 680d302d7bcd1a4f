import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp } from './sign-in.fixture.ts'

const engines: TestEngine[] = []
let cardea: TestEngine
beforeEach(async () => {
  cardea = await testEngine({ config })
  engines.push(cardea)
})
afterAll(() => Promise.all(engines.map((one) => one.close())))

/** Says who, then answers with a password or asks for a code; what one is told. */
async function told(username: string, address: string, password?: string) {
  const app = nativeApp(cardea, 'mobile')
  const { body } = await app.start()
  await app.answer(body.flowId, ids.identifier, { username }, { address })
  const answer = password
    ? await app.answer(body.flowId, ids.password, { password }, { address })
    : await app.answer(body.flowId, ids.email, undefined, { address })
  if (answer.body.flowStatus === 'SUCCESS_COMPLETED') return 'signed in'
  return answer.body.nextStep.messages.map(({ i18nKey }) => i18nKey).join() || 'asked further'
}

/** In one step, where the name comes with the password. */
async function toldAtOnce(username: string, address: string, password: string) {
  const app = nativeApp(cardea, 'one-page')
  const { body } = await app.start()
  const answer = await app.answer(body.flowId, ids.password, { username, password }, { address })
  return answer.body.nextStep?.messages.map(({ i18nKey }) => i18nKey).join() || 'asked further'
}

const pairs = [
  ['bea', 'bea@demo.test'],
  ['zoe', 'zoe@demo.test'],
] as const

describe('T-ENU-01 nobody learns that a username and an address belong together', () => {
  test.each([
    ['password', told],
    ['name and password', toldAtOnce],
  ])('from failures of the %s', async (_, ask) => {
    const seen: string[][] = []
    for (const [name, other] of pairs) {
      const answers: string[] = []
      for (let index = 0; index < 7; index++) answers.push(await ask(name, `203.0.113.${10 + index}`, `wrong ${index}`))
      seen.push([...answers, await ask(other, '203.0.113.99', 'wrong')])
      cardea.clock.advance(2 * 86_400_000)
    }
    expect(seen[0]).toEqual(seen[1])
    expect(seen[0]?.slice(-2)).toEqual(['message.flow.wait', 'message.password.rejected'])
  })

  test('from codes that were asked for', async () => {
    const seen: string[][] = []
    for (const [name, other] of pairs) {
      const from = `203.0.113.${10 + seen.length}`
      await Promise.all(Array.from({ length: 10 }, () => told(name, from)))
      seen.push([await told(name, from), await told(other, from)])
    }
    expect(seen[0]).toEqual(seen[1])
    expect(seen[0]).toEqual(['message.request.rate_limited', 'asked further'])
  })
})

describe('T-BRU-01 an account with two names', () => {
  test('is guessed at no more than twice as often', async () => {
    let judged = 0
    for (let index = 0; index < 20; index++) {
      const name = ['bea', 'bea@demo.test', ' BEA '][index % 3] ?? ''
      if ((await told(name, `203.0.113.${index}`, 'wrong')) === 'message.password.rejected') judged += 1
    }
    expect(judged).toBe(12)
  })

  test('has the failures of both forgotten when the person signs in', async () => {
    const { accounts } = config
    const home = '198.51.100.60'
    cardea = await testEngine({
      config: {
        ...config,
        accounts: [...(accounts ?? []), { username: 'max', email: 'max@demo.test', password: 'demo-max-2026-x' }],
      },
    })
    engines.push(cardea)
    for (let index = 0; index < 5; index++) {
      await told('max', `203.0.113.${index}`, 'wrong')
      await told('max@demo.test', `203.0.113.${index}`, 'wrong')
    }
    expect(await told('max', home, 'demo-max-2026-x')).toBe('signed in')
    for (const name of ['max', 'max@demo.test']) {
      for (let index = 0; index < 6; index++) {
        expect(await told(name, `203.0.113.${20 + index}`, 'wrong')).toBe('message.password.rejected')
      }
    }
  })

  test('has one counter where the person has signed in before', async () => {
    const home = '198.51.100.61'
    expect(await told('alex@demo.test', home, 'demo-alex-2026')).toBe('signed in')
    for (let index = 0; index < 11; index++) await told('alex@demo.test', home, 'wrong')
    expect(await told('alex@demo.test', home, 'demo-alex-2026')).toBe('message.flow.wait')
    cardea.clock.advance(1000)
    expect(await told('alex@demo.test', home, 'demo-alex-2026')).toBe('signed in')
  })
})
