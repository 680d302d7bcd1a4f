import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { basic, config, ids, nativeApp, payloadOf, withPassword } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

test('a person signs in app-natively and the app gets tokens', async () => {
  const app = nativeApp(cardea)
  const done = await withPassword(app, 'alex@demo.test', 'demo-alex-2026')
  console.log(JSON.stringify(done.body))
  expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  const tokens = await app.redeem(done.body.authData.code ?? '')
  console.log(JSON.stringify(tokens))
  expect(payloadOf(tokens.body.id_token)).toMatchObject({ acr: 'urn:cardea:acr:single', amr: ['pwd'] })
})
