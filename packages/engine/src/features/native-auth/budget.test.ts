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
  expect(parts.reduce((sum, part) => sum + part.transactions, 0)).toBeLessThanOrEqual(4)
  const statements = parts.map((part) => part.statements)
  // The dispatcher's look at new events may fall into the second call, a cache's refresh into the others.
  expect(
    statements.reduce((sum, count) => sum + count, 0),
    `statements: ${statements}`,
  ).toBeLessThanOrEqual(15)
})
