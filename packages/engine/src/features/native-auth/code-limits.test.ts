import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { NativeApp } from './sign-in.fixture.ts'
import { config, ids, nativeApp } from './sign-in.fixture.ts'

const alex = 'alex@demo.test'
const engines: TestEngine[] = []
let cardea: TestEngine
let app: NativeApp
beforeEach(async () => {
  cardea = await testEngine({ config })
  engines.push(cardea)
  app = nativeApp(cardea, 'mobile')
})
afterAll(() => Promise.all(engines.map((one) => one.close())))

type Answered = Awaited<ReturnType<NativeApp['answer']>>
const messageOf = (answer: Answered) => answer.body.nextStep.messages[0]?.i18nKey

/** Messages that were queued, to somebody or to nobody. */
async function queued(): Promise<number> {
  const rows = await cardea.engine.store.across('count in a test').selectFrom('event').select('type').execute()
  return rows.filter(({ type }) => type === 'message.queued').length
}

describe('T-BRU-01 codes that one network asks for', () => {
  test('are limited whoever they are for: the 101st name is refused and nothing is written', async () => {
    const ask = async (index: number, address: string) => {
      const { body } = await app.start()
      await app.answer(body.flowId, ids.identifier, { username: `person${index}@demo.test` }, { address })
      return messageOf(await app.answer(body.flowId, ids.email, undefined, { address }))
    }
    const before = await queued()
    const first = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(index, '203.0.113.7')))
    expect(first.filter((message) => message !== undefined)).toEqual([])
    expect(await queued()).toBe(before + 100)
    expect(await ask(100, '203.0.113.7')).toBe('message.request.rate_limited')
    expect(await queued()).toBe(before + 100)
    expect(await ask(101, '203.0.113.8')).toBeUndefined()
  })
})

describe('T-BRU-01 an option that is started again', () => {
  const open = async (username: string) => {
    const { body } = await app.start()
    await app.answer(body.flowId, ids.identifier, { username })
    return {
      start: () => app.answer(body.flowId, ids.email),
      resend: () => app.answer(body.flowId, ids.email, { resendCode: 'true' }),
    }
  }

  test.each([alex, 'ally@demo.test'])(
    'sends %s nothing within thirty seconds, and shows the same step',
    async (name) => {
      const flow = await open(name)
      const before = await queued()
      const first = await flow.start()
      for (let round = 0; round < 5; round++) {
        const again = await flow.start()
        expect(again.body.nextStep.authenticators[0]?.authenticatorId).toBe(ids.email)
        expect(again.body.nextStep.authenticators[0]?.requiredParams).toEqual(
          first.body.nextStep.authenticators[0]?.requiredParams,
        )
      }
      expect(await queued()).toBe(before + 1)
    },
  )

  test.each([alex, 'ally@demo.test'])(
    'counts as a further code for %s: after three of them no more are sent',
    async (name) => {
      const flow = await open(name)
      const before = await queued()
      await flow.start()
      for (let round = 0; round < 3; round++) {
        cardea.clock.advance(30_000)
        expect(messageOf(await (round === 1 ? flow.resend() : flow.start()))).not.toBe(
          'message.email_otp.too_many_resends',
        )
      }
      cardea.clock.advance(30_000)
      const refused = await flow.start()
      expect(messageOf(refused)).toBe('message.email_otp.too_many_resends')
      // The last code can still be typed.
      expect(refused.body.nextStep.authenticators[0]?.metadata.params?.[0]?.param).toBe('OTPcode')
      expect(messageOf(await flow.resend())).toBe('message.email_otp.too_many_resends')
      expect(await queued()).toBe(before + 4)
    },
  )
})
