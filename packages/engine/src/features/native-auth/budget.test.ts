import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

/** One sign-in with username and password in one step, as an app of the contract does it. */
async function signIn() {
  const app = nativeApp(cardea, 'one-page')
  const { body } = await app.start()
  const done = await app.answer(body.flowId, ids.password, { username: 'alex@demo.test', password: 'demo-alex-2026' })
  return app.redeem(done.body.authData.code ?? '')
}

test('a sign-in stays within its budget of statements and transactions (design §9)', async () => {
  await signIn()
  await new Promise((go) => setTimeout(go, 300))
  const before = cardea.engine.store.counts()
  expect((await signIn()).status).toBe(200)
  const after = cardea.engine.store.counts()
  console.log(after.statements - before.statements, after.transactions - before.transactions)
  expect(after.transactions - before.transactions).toBeLessThanOrEqual(4)
})
