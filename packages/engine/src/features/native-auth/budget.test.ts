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
  const parts = await signIn()
  expect(parts.map((part) => part.answer.status)).toEqual([200, 200, 200])
  const sum = (of: 'statements' | 'transactions') => parts.reduce((total, part) => total + part[of], 0)
  // Start; claim and finish; redeem. The audit trail gathers for longer than a sign-in takes.
  expect(sum('transactions'), JSON.stringify(parts.map((part) => part.transactions))).toBeLessThanOrEqual(4)
  // Twelve, and one of a cache whose five seconds may be over.
  expect(sum('statements'), JSON.stringify(parts.map((part) => part.statements))).toBeLessThanOrEqual(13)
})
