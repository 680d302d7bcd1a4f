import { afterAll, beforeAll, expect, test } from 'vitest'
import { portal, signedIn } from '../../domain/api/tokens.fixture.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await testEngine({
    config: {
      apps: [portal],
      accounts: [{ username: 'zoe', email: 'zoe@demo.test', password: 'demo-zoe-2026-long' }],
    },
  })
})
afterAll(() => engine.close())

test('T-BRU-01 a stolen token guesses the password from all networks together as often as from one', async () => {
  const { authorization } = await signedIn(engine, 'zoe')
  const guess = async (address: string, currentPassword: string) => {
    const { status, headers } = await engine.fetch('/api/v1/me/password', {
      method: 'PUT',
      address,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ currentPassword, newPassword: 'a quite different one' }),
    })
    return { status, retryAfter: headers.get('retry-after') }
  }
  for (let index = 0; index < 11; index++) {
    expect((await guess(`2001:db8:${index}::1`, `guess ${index}`)).status).toBe(422)
  }
  expect(await guess('2001:db8:11::1', 'demo-zoe-2026-long')).toEqual({ status: 429, retryAfter: '1' })
  engine.clock.advance(1000)
  expect((await guess('2001:db8:12::1', 'demo-zoe-2026-long')).status).toBe(200)
})
