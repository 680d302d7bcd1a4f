import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, quiet } from './sign-in.fixture.ts'

type Kind = 'known' | 'unknown'

const rounds = process.env.CARDEA_LONG ? 2000 : 40
/** So many failures, an hour apart, are forgiven; after a hundred strangers wait for a day. */
const failuresEach = 40
const sample = Array.from({ length: Math.ceil(rounds / failuresEach) }, (_, index) => ({
  username: `known${index}`,
  password: `demo-known-${index}-2026`,
}))

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config: { ...config, accounts: [...(config.accounts ?? []), ...sample] } })
})
afterAll(() => cardea.close())

/** Everything a stranger can see of a walk that ends with wrong answers, with what is random made equal. */
async function walk(username: string) {
  const app = nativeApp(cardea)
  const seen: string[] = []
  const { body } = await app.start()
  const note = (answer: { status: number; headers: Headers; body: object }) => {
    const headers = [...answer.headers].filter(([name]) => name !== 'date')
    const text = JSON.stringify({ status: answer.status, headers, body: answer.body })
    seen.push(
      text
        .replaceAll(body.flowId, 'FLOW')
        .replaceAll(username, 'NAME')
        .replace(/"challengeData":"[^"]*"/g, (found) => `"challengeData":${found.length}`)
        // Seconds that are left: a slow machine may lose one on the way.
        .replace(/"(resendIn|expiresIn)":"\d+"/g, '"$1":"N"'),
    )
  }
  note(await app.answer(body.flowId, ids.identifier, { username }))
  note(await app.answer(body.flowId, ids.passkey))
  note(await app.answer(body.flowId, ids.email))
  note(await app.answer(body.flowId, ids.email, { resendCode: 'true' }))
  note(await app.answer(body.flowId, ids.email, { OTPcode: 'abcdef' }))
  note(await app.answer(body.flowId, ids.password, { password: 'wrong' }))
  return seen
}

describe('T-ENU-01 T-NAT-05 nobody learns whether an account exists', () => {
  test.each([
    ['alex@demo.test', 'ally@demo.test'],
    ['bea', 'bob'],
    ['tara@demo.test', 'tina@demo.test'],
  ])('%s and %s get the same bytes at every step', async (known, unknown) => {
    cardea.clock.advance(3_600_000)
    expect(await walk(unknown)).toEqual(await walk(known))
  })

  test('an app that asks for both in one step answers the same', async () => {
    const app = nativeApp(cardea, 'one-page')
    const answers = await Promise.all(
      ['alex@demo.test', 'nobody@demo.test'].map(async (username) => {
        const { body } = await app.start()
        const answer = await app.answer(body.flowId, ids.password, { username, password: 'wrong' })
        return JSON.stringify(answer.body).replaceAll(body.flowId, 'FLOW')
      }),
    )
    expect(answers[0]).toBe(answers[1])
  })

  test('the work is the same: one hash, as many statements and transactions', async () => {
    const work = async (username: string) => {
      const app = nativeApp(cardea)
      const { body } = await app.start()
      await quiet(cardea)
      const before = { ...cardea.engine.store.counts(), hashes: cardea.engine.passwords.count() }
      await app.answer(body.flowId, ids.identifier, { username })
      await app.answer(body.flowId, ids.password, { password: 'wrong' })
      const after = { ...cardea.engine.store.counts(), hashes: cardea.engine.passwords.count() }
      return [
        after.hashes - before.hashes,
        after.statements - before.statements,
        after.transactions - before.transactions,
      ]
    }
    // Background work may add a statement to a round; it never takes one away.
    const least = async (username: string) => {
      const rounds = [await work(username), await work(username), await work(username), await work(username)]
      return [0, 1, 2].map((index) => Math.min(...rounds.map((round) => round[index] ?? 0)))
    }
    cardea.clock.advance(2 * 86_400_000)
    const [known, unknown] = [await least('pat@demo.test'), await least('someone.else@demo.test')]
    expect(unknown).toEqual(known)
    expect(known[0]).toBe(1)
  })

  test('the time does not tell them apart', { timeout: 30_000 + rounds * 500 }, async () => {
    const app = nativeApp(cardea, 'one-page')
    const times: Record<Kind, number[]> = { known: [], unknown: [] }
    const measure = async (kind: Kind, round: number) => {
      const { body } = await app.start()
      const username = `${kind}${Math.floor(round / failuresEach)}`
      const from = performance.now()
      const params = { username, password: 'wrong' }
      const address = `2001:db8:0:${round.toString(16)}::1`
      const answer = await app.answer(body.flowId, ids.password, params, { address })
      times[kind].push(performance.now() - from)
      // One that had to wait would cost the same whoever it is about.
      expect(answer.body.nextStep.messages[0]?.i18nKey).toBe('message.password.rejected')
    }
    for (let round = 0; round < rounds; round++) {
      cardea.clock.advance(3_600_000)
      const order: Kind[] = round % 2 === 0 ? ['known', 'unknown'] : ['unknown', 'known']
      for (const kind of order) await measure(kind, round)
    }
    // Generous, for a noisy machine: a missing hash would be |z| > 7.
    expect(Math.abs(mannWhitney(times.known, times.unknown))).toBeLessThan(5)
  })
})

/** Normal approximation of the rank-sum statistic. */
function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const ranked = [...a.map((value) => ({ value, first: true })), ...b.map((value) => ({ value, first: false }))].sort(
    (x, y) => x.value - y.value,
  )
  const ranks = ranked.reduce((sum, { first }, index) => sum + (first ? index + 1 : 0), 0)
  const u = ranks - (a.length * (a.length + 1)) / 2
  const mean = (a.length * b.length) / 2
  return (u - mean) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12)
}
