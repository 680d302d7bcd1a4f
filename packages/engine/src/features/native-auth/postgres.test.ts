import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, withPassword } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, store: 'postgres' })
})
afterAll(() => cardea.close())

test('on PostgreSQL a person signs in, also after a wrong password', async () => {
  const app = nativeApp(cardea)
  const wrong = await withPassword(app, 'alex@demo.test', 'not the password')
  expect(wrong.body.flowStatus).toBe('FAIL_INCOMPLETE')
  const done = await app.answer(wrong.flowId, ids.password, { password: 'demo-alex-2026' })
  expect((await app.redeem(done.body.authData.code ?? '')).status).toBe(200)
})

test('T-NAT-04 on PostgreSQL of fifty parallel answers one is judged', async () => {
  const app = nativeApp(cardea)
  const { body } = await app.start()
  await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => app.answer(body.flowId, ids.password, { password: 'demo-alex-2026' })),
  )
  expect(answers.filter((one) => one.body.flowStatus === 'SUCCESS_COMPLETED')).toHaveLength(1)
})
