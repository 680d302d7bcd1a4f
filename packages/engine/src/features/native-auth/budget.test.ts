import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, quiet } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  // The clock stands, so that no cache is over meanwhile.
  cardea = await testEngine({ config, standing: true })
})
afterAll(() => cardea.close())

/** What one call costs: counted as it is answered, before the background delivers its events. */
async function cost<T>(call: () => Promise<T>) {
  await quiet(cardea)
  const before = cardea.engine.store.counts()
  const answer = await call()
  const after = cardea.engine.store.counts()
  return {
    answer,
    statements: after.statements - before.statements,
    transactions: after.transactions - before.transactions,
  }
}

async function signIn() {
  // A confidential client, as a BFF is; what a public one starts is counted by its network, in a transaction more.
  const app = nativeApp(cardea, 'one-page-backend')
  const started = await cost(() => app.start())
  const { flowId } = started.answer.body
  const answered = await cost(() =>
    app.answer(flowId, ids.password, { username: 'alex@demo.test', password: 'demo-alex-2026' }),
  )
  const redeemed = await cost(() => app.redeem(answered.answer.body.authData.code ?? ''))
  return [started, answered, redeemed]
}

test('a sign-in takes at most four transactions and twelve statements, first call to token (design §9)', async () => {
  await signIn()
  const rounds = [await signIn(), await signIn(), await signIn(), await signIn()]
  for (const parts of rounds) expect(parts.map((part) => part.answer.status)).toEqual([200, 200, 200])
  // Background work may add to a call; it never takes anything away.
  const least = (of: 'statements' | 'transactions') =>
    [0, 1, 2].map((call) => Math.min(...rounds.map((parts) => parts[call]?.[of] ?? 0)))
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  // Start; claim and finish; redeem.
  expect(sum(least('transactions')), JSON.stringify(least('transactions'))).toBeLessThanOrEqual(4)
  expect(sum(least('statements')), JSON.stringify(least('statements'))).toBeLessThanOrEqual(12)
})
