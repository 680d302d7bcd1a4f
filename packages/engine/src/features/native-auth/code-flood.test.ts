import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp } from './sign-in.fixture.ts'

const alex = 'alex@demo.test'
const engines: TestEngine[] = []
let cardea: TestEngine
beforeEach(async () => {
  cardea = await testEngine({
    config: {
      ...config,
      policies: {
        ...config.policies,
        'one-page': {
          steps: [
            { id: 'first-factor', alternatives: ['password'] },
            {
              id: 'second-factor',
              alternatives: ['email-otp'],
              when: { field: 'request.acr_values', operator: 'contains', value: 'urn:cardea:acr:multi' },
            },
          ],
        },
      },
    },
  })
  engines.push(cardea)
})
afterAll(() => Promise.all(engines.map((one) => one.close())))

/** Asks for a code; whether one was sent. */
async function ask(username: string, address: string): Promise<boolean> {
  const app = nativeApp(cardea)
  const { body } = await app.start()
  await app.answer(body.flowId, ids.identifier, { username }, { address })
  const answer = await app.answer(body.flowId, ids.email, undefined, { address })
  const refused = answer.body.nextStep.messages.some(({ i18nKey }) => i18nKey === 'message.request.rate_limited')
  if (!refused) expect(answer.body.nextStep.authenticators[0]?.authenticatorId).toBe(ids.email)
  return !refused
}

async function sentOf(asking: readonly Promise<boolean>[]): Promise<number> {
  return (await Promise.all(asking)).filter(Boolean).length
}

const times = (count: number, address: (index: number) => string, username = alex) =>
  sentOf(Array.from({ length: count }, (_, index) => ask(username, address(index))))

describe('T-BRU-01 codes by e-mail that strangers ask for', () => {
  test('one of them uses up its own, and the person still gets theirs', async () => {
    expect(await times(40, () => '203.0.113.7')).toBe(10)
    expect(await ask(alex, '198.51.100.20')).toBe(true)
  })

  test('many of them do not use up those of a network the person has signed in from', async () => {
    const home = '198.51.100.21'
    const app = nativeApp(cardea, 'one-page')
    const { body } = await app.start()
    const params = { username: alex, password: 'demo-alex-2026' }
    const done = await app.answer(body.flowId, ids.password, params, { address: home })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
    // An inbox is not flooded.
    expect(await times(40, (index) => `203.0.113.${index}`)).toBe(20)
    expect(await ask(alex, '198.51.100.22')).toBe(false)
    expect(await times(12, () => home)).toBe(10)
  })

  test('nor those of somebody who has proven the password', async () => {
    expect(await times(40, (index) => `203.0.113.${index}`)).toBe(20)
    const app = nativeApp(cardea, 'one-page')
    const { body } = await app.start({ acr_values: 'urn:cardea:acr:multi' })
    const params = { username: alex, password: 'demo-alex-2026' }
    const { body: next } = await app.answer(body.flowId, ids.password, params, { address: '198.51.100.23' })
    expect(next.nextStep.messages).toEqual([])
    expect(next.nextStep.authenticators[0]).toMatchObject({
      authenticatorId: ids.email,
      metadata: { promptType: 'USER_PROMPT' },
    })
  })

  test('T-ENU-01 and so for somebody who does not exist', async () => {
    const nobody = 'nobody@demo.test'
    expect(await times(12, () => '203.0.113.7', nobody)).toBe(10)
    expect(await times(40, (index) => `203.0.113.${index + 10}`, nobody)).toBe(10)
  })
})
