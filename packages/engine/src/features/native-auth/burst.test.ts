import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp } from './sign-in.fixture.ts'

let first: TestEngine
let second: TestEngine
beforeAll(async () => {
  first = await testEngine({ config, store: 'postgres' })
  second = await testEngine({ config, beside: first })
})
afterAll(async () => {
  await second.close()
  await first.close()
})

/** A flow of its own at one of the processes, ready to be answered. */
async function flowAt(cardea: TestEngine) {
  const app = nativeApp(cardea, 'one-page')
  const { body } = await app.start()
  return (username: string, password: string, address: string) =>
    app.answer(body.flowId, ids.password, { username, password }, { address })
}

type Answered = Awaited<ReturnType<Awaited<ReturnType<typeof flowAt>>>>
const messageOf = (answer: Answered) => answer.body.nextStep?.messages[0]?.i18nKey
const count = (answers: readonly Answered[], message: string) =>
  answers.filter((answer) => messageOf(answer) === message).length

async function burst(username: string, size: number, network: string): Promise<readonly Answered[]> {
  const flows = await Promise.all(Array.from({ length: size }, (_, index) => flowAt(index % 2 ? first : second)))
  return Promise.all(flows.map((answer, index) => answer(username, `guess ${index}`, `${network}.${index}`)))
}

describe('T-BRU-01 guesses at a password that come all at once, at two processes on one PostgreSQL', () => {
  test.each([
    ['bea', '203.0.113'],
    ['nobody', '203.0.114'],
  ])('as many are judged as one after the other would be (%s)', async (username, network) => {
    const answers = await burst(username, 60, network)
    const judged = count(answers, 'message.password.rejected')
    expect(judged).toBeGreaterThanOrEqual(6)
    // Six, and on a slow machine those whose delay of one and two seconds has passed meanwhile.
    expect(judged).toBeLessThanOrEqual(8)
    expect(count(answers, 'message.flow.wait')).toBe(60 - judged)

    // While a long delay grows, one at a time.
    for (let round = 0; round < 4; round++) {
      first.clock.advance(240_000)
      await burst(username, 1, network)
    }
    first.clock.advance(240_000)
    const later = await burst(username, 20, network)
    expect(count(later, 'message.password.rejected')).toBe(1)
    expect(count(later, 'message.flow.wait')).toBe(19)
  })

  const home = '198.51.100.77'
  const signIn = async (address: string) =>
    (await flowAt(first))('alex@demo.test', 'demo-alex-2026', address).then((answer) => answer.body.flowStatus)

  test('whom they are about signs in after the delay, and at once from where they have been before', async () => {
    expect(await signIn(home)).toBe('SUCCESS_COMPLETED')
    const guesses = burst('alex@demo.test', 40, '203.0.115')
    expect(await signIn(home)).toBe('SUCCESS_COMPLETED')
    await guesses
    first.clock.advance(60_000)
    expect(await signIn('198.51.100.78')).toBe('SUCCESS_COMPLETED')
  })

  test('the right password is right as often as it is sent', async () => {
    first.clock.advance(60_000)
    expect(await signIn(home)).toBe('SUCCESS_COMPLETED')
    const flows = await Promise.all(Array.from({ length: 40 }, () => flowAt(first)))
    const answers = await Promise.all(flows.map((answer) => answer('alex@demo.test', 'demo-alex-2026', home)))
    expect(answers.filter((answer) => answer.body.flowStatus === 'SUCCESS_COMPLETED')).toHaveLength(40)
  })
})
