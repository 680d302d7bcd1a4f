import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { isActive, oauthEngine, post, signedInTo } from '../token/oauth.fixture.ts'

let t: TestEngine
beforeAll(async () => {
  t = await oauthEngine({ store: 'postgres' })
})
afterAll(() => t.close())

test('T-TOK-05 once a revocation was answered, nobody is told any more that the token is active, however many ask', async () => {
  for (let round = 0; round < 10; round++) {
    const { tokens } = await signedInTo(t, 'web')
    expect(await isActive(t, 'web', tokens.access_token)).toBe(true)
    await post(t, '/oauth2/revoke', 'web', { token: tokens.access_token })
    const answers = await Promise.all(Array.from({ length: 6 }, () => isActive(t, 'web', tokens.access_token)))
    expect(answers).toEqual(Array.from({ length: 6 }, () => false))
  }
})
