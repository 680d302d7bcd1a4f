import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, payloadOf, withPassword } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

const app = () => nativeApp(cardea, 'one-page')

async function attempt(username: string, password: string, address: string, headers: Record<string, string> = {}) {
  const { body } = await app().start()
  return app().answer(body.flowId, ids.password, { username, password }, { address, headers })
}

type Answered = Awaited<ReturnType<typeof attempt>>
const messageOf = (answer: Answered) => answer.body.nextStep?.messages[0]?.i18nKey
const waits = 'message.flow.wait'

/** Seconds the person is told to wait; 0 when the answer was judged. */
const waitOf = (answer: Answered) =>
  messageOf(answer) === waits
    ? Number(answer.body.nextStep.messages[0]?.context.find(({ key }) => key === 'seconds')?.value)
    : 0

/** Guesses on, sitting out each delay, until one is so long that no slow machine outlasts it; gives the delays. */
async function guessUntilSlow(guess: (round: number) => Promise<Answered>): Promise<number[]> {
  const delays: number[] = []
  for (let round = 0; round < 80; round++) {
    const seconds = waitOf(await guess(round))
    if (seconds > 0) delays.push(seconds)
    if (seconds >= 60) return delays
    cardea.clock.advance(seconds * 1000)
  }
  return delays
}

describe('T-BRU-01 guessing gets slower', () => {
  test('for one person, from wherever it comes: not even the right password is judged', async () => {
    const delays = await guessUntilSlow((round) => attempt('bea', 'wrong', `203.0.113.${round}`))
    expect(delays.at(-1)).toBeGreaterThanOrEqual(60)
    expect(delays).toEqual([...delays].sort((a, b) => a - b))
    const right = await attempt('bea', 'demo-bea-2026', '203.0.113.99')
    expect(right.status).toBe(200)
    expect(messageOf(right)).toBe(waits)
    cardea.clock.advance(70_000)
    expect((await attempt('bea', 'demo-bea-2026', '203.0.113.99')).body.flowStatus).toBe('INCOMPLETE')
  })

  test('and so for somebody who does not exist', async () => {
    const delays = await guessUntilSlow((round) => attempt('nobody', 'wrong', `203.0.113.${round}`))
    expect(delays.at(-1)).toBeGreaterThanOrEqual(60)
  })

  test('for one address, whoever it tries, and an IPv6 subscriber is one address', async () => {
    const delays = await guessUntilSlow((round) =>
      attempt(`person${round}`, 'wrong', `2001:db8:1:2:${round.toString(16)}::${round + 1}`),
    )
    expect(delays.at(-1)).toBeGreaterThanOrEqual(60)
    expect(messageOf(await attempt('another', 'wrong', '2001:db8:1:2:ffff::1'))).toBe(waits)
    expect(messageOf(await attempt('another', 'wrong', '2001:db8:1:3::1'))).toBe('message.password.rejected')
  })

  test('the person goes on from where they have signed in before', async () => {
    const home = '198.51.100.77'
    expect((await attempt('alex@demo.test', 'demo-alex-2026', home)).body.flowStatus).toBe('SUCCESS_COMPLETED')
    await guessUntilSlow((round) => attempt('alex@demo.test', 'wrong', `203.0.113.${100 + round}`))
    expect(messageOf(await attempt('alex@demo.test', 'demo-alex-2026', '203.0.113.200'))).toBe(waits)
    expect((await attempt('alex@demo.test', 'demo-alex-2026', home)).body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('what the person has goes on: their session and their tokens', async () => {
    const theirs = nativeApp(cardea)
    const { body } = await withPassword(theirs, 'uma@demo.test', 'demo-uma-2026')
    const tokens = (await theirs.redeem(body.authData.code ?? '')).body
    await guessUntilSlow((round) => attempt('uma@demo.test', 'wrong', `203.0.117.${round}`))
    expect(messageOf(await attempt('uma@demo.test', 'demo-uma-2026', '203.0.117.200'))).toBe(waits)
    const again = await theirs.start({ sessionId: String(payloadOf(tokens.id_token).isk) })
    expect(again.body.flowStatus).toBe('SUCCESS_COMPLETED')
    const authorization = `Bearer ${tokens.access_token}`
    expect((await cardea.fetch('/oauth2/userinfo', { headers: { authorization } })).status).toBe(200)
  })

  test('what a caller says about the address counts only from a client that has proven itself', async () => {
    const forged = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=192.0.2.2' }
    await guessUntilSlow((round) => attempt(`somebody${round}`, 'wrong', '203.0.113.7', forged))
    expect(messageOf(await attempt('yet-another', 'wrong', '203.0.113.7', { 'x-forwarded-for': '192.0.2.9' }))).toBe(
      waits,
    )
    const claimed = await attempt('yet-another', 'wrong', '203.0.113.7', { 'cardea-client-address': '192.0.2.9' })
    expect(claimed.status).not.toBe(200)

    const backend = nativeApp(cardea, 'calendar', {
      'cardea-client-address': '192.0.2.77',
      'cardea-client-agent': 'Browser',
    })
    const { body } = await backend.start()
    await backend.answer(body.flowId, ids.identifier, { username: 'yet-another' })
    const judged = await backend.answer(body.flowId, ids.password, { password: 'wrong' }, { address: '203.0.113.7' })
    expect(messageOf(judged)).toBe('message.password.rejected')
  })

  test('one flow takes twenty answers and then is over, also for the right password', async () => {
    const { body } = await app().start()
    // Each from elsewhere about somebody else, so that nothing but the flow itself counts them.
    const answer = (index: number, username: string, password: string) =>
      app().answer(body.flowId, ids.password, { username, password }, { address: `203.0.116.${index}` })
    for (let index = 0; index < 20; index++) {
      expect(messageOf(await answer(index, `p${index}`, 'x'))).toBe('message.password.rejected')
    }
    const last = await answer(20, 'alex@demo.test', 'demo-alex-2026')
    expect(last).toMatchObject({ status: 400, body: { code: 'ABA-60013', reason: 'flow.too_many_attempts' } })
    expect((await answer(21, 'alex@demo.test', 'demo-alex-2026')).status).toBe(400)
  })

  test('a code by e-mail takes five answers', async () => {
    cardea.clock.advance(86_400_000 * 2)
    const backend = nativeApp(cardea)
    const { body } = await backend.start()
    await backend.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    await backend.answer(body.flowId, ids.email)
    const seen: (string | undefined)[] = []
    for (let index = 0; index < 6; index++) {
      seen.push(messageOf(await backend.answer(body.flowId, ids.email, { OTPcode: `00000${index}` })))
    }
    expect(seen.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'message.email_otp.rejected'))
    expect(seen[5]).toBe('message.email_otp.expired')
  })
})

test('T-BRU-01 T-AUT-01 a known password does not clear the way for guesses at the second factor', async () => {
  cardea.clock.advance(86_400_000 * 3)
  const address = '203.0.113.240'
  const delays = await guessUntilSlow(async (round) => {
    const { body } = await app().start()
    const params = { username: 'bea', password: 'demo-bea-2026' }
    const first = await app().answer(body.flowId, ids.password, params, { address })
    return waitOf(first) > 0 ? first : app().answer(body.flowId, ids.totp, { token: `0000${round + 10}` }, { address })
  })
  expect(delays.at(-1)).toBeGreaterThanOrEqual(60)
})

test('T-BRU-01 guesses at the second factor that come all at once are judged one after the other', async () => {
  cardea.clock.advance(86_400_000 * 6)
  const address = '203.0.113.241'
  const flows: string[] = []
  for (let index = 0; index < 30; index++) {
    const { body } = await app().start()
    const params = { username: 'bea', password: 'demo-bea-2026' }
    expect((await app().answer(body.flowId, ids.password, params, { address })).body.flowStatus).toBe('INCOMPLETE')
    flows.push(body.flowId)
  }
  const guess = (id: string, index: number) =>
    app().answer(id, ids.totp, { token: String(index).padStart(6, '0') }, { address: `203.0.113.${index}` })
  const answers = await Promise.all(flows.map(guess))
  const judged = answers.filter((answer) => messageOf(answer) === 'message.totp.rejected')
  expect(judged.length).toBeLessThanOrEqual(6)
  expect(answers.filter((answer) => messageOf(answer) === waits).length).toBeGreaterThanOrEqual(24)
})

test('T-BRU-02 while sign-ins flood in, a code is redeemed before half of those that wait are judged', async () => {
  cardea.clock.advance(86_400_000)
  const theirs = nativeApp(cardea)
  const { body } = await withPassword(theirs, 'pia@demo.test', 'demo-pia-2026')
  const done = await theirs.answer(body.flowId, ids.passkey, { skip: 'true' })
  const flows = await Promise.all(Array.from({ length: 60 }, () => app().start()))
  const hashes = cardea.engine.passwords.count()
  let judged = 0
  const flood = flows.map(async ({ body }, index) => {
    const params = { username: `flood${index}`, password: 'x' }
    await app().answer(body.flowId, ids.password, params, { address: `192.0.2.${index}` })
    judged++
  })
  await expect.poll(() => cardea.engine.passwords.count() - hashes, { interval: 1, timeout: 10_000 }).toBe(60)
  const before = judged
  expect((await theirs.redeem(done.body.authData.code ?? '')).status).toBe(200)
  expect(judged).toBeLessThan((before + 60) / 2)
  await Promise.all(flood)
})
