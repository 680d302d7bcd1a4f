import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

/** What one call costs: counted as it is answered, before the background delivers its events. */
async function cost<T>(call: () => Promise<T>) {
  await new Promise((go) => setTimeout(go, 400))
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
  const app = nativeApp(cardea, 'one-page')
  const started = await cost(() => app.start())
  const { flowId } = started.answer.body
  const answered = await cost(() =>
    app.answer(flowId, ids.password, { username: 'alex@demo.test', password: 'demo-alex-2026' }),
  )
  const redeemed = await cost(() => app.redeem(answered.answer.body.authData.code ?? ''))
  return [started, answered, redeemed]
}

test('a sign-in takes four transactions and few statements, first call to token (design §9)', async () => {
  await signIn()
  const parts = await signIn()
  expect(parts.map((part) => part.answer.status)).toEqual([200, 200, 200])
  // Start, claim, finish, redeem; the dispatcher may have taken the new events by the time the second call is answered.
  const transactions = parts.map((part) => part.transactions)
  expect([transactions[0], transactions[2]]).toEqual([1, 1])
  expect(transactions[1]).toBeLessThanOrEqual(3)
  const statements = parts.map((part) => part.statements)
  // With the dispatcher's three statements and one of a cache.
  expect(
    statements.reduce((sum, count) => sum + count, 0),
    `statements: ${statements}`,
  ).toBeLessThanOrEqual(17)
})
