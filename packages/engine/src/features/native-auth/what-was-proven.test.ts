import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, payloadOf } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

const day = 86_400_000

/** The `isk` of a session that a passkey has begun five days ago. */
async function sessionByPasskey(username: string): Promise<string> {
  const { engine } = cardea
  const organization = await engine.organizations.root()
  const account = organization && (await engine.accounts.findByIdentifier(organization.id, username))
  if (!account) throw new Error(`there is no ${username}`)
  const factors = [{ authenticator: 'passkey', amr: ['hwk', 'user'], at: engine.now() - 5 * day }]
  const { isk } = await engine.store.unit((unit) =>
    engine.sessions.create(unit, {
      org: account.org,
      account: account.id,
      startedBy: 'calendar',
      factors,
      userAgent: undefined,
      address: undefined,
    }),
  )
  return isk
}

describe('a token says what was proven for it (OIDC Core §2, RFC 9470 §5)', () => {
  test.each([
    ['prompt=login', { prompt: 'login' }],
    ['max_age', { max_age: '60' }],
  ])('a password alone, where %s let nothing older count', async (_asked, asked) => {
    const app = nativeApp(cardea)
    const { body } = await app.start({ sessionId: await sessionByPasskey('alex@demo.test'), ...asked })
    const done = await app.answer(body.flowId, ids.password, { password: 'demo-alex-2026' })
    const tokens = await app.redeem(done.body.authData.code ?? '')
    for (const token of [tokens.body.id_token, tokens.body.access_token]) {
      expect(payloadOf(token)).toMatchObject({
        acr: 'urn:cardea:acr:single',
        amr: ['pwd'],
        auth_time: Math.floor(cardea.clock.now() / 1000),
      })
    }
  })

  test('the session’s own proof, where it counts', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start({ sessionId: await sessionByPasskey('alex@demo.test') })
    const { body: tokens } = await app.redeem(body.authData.code ?? '')
    expect(payloadOf(tokens.id_token)).toMatchObject({
      acr: 'urn:cardea:acr:multi',
      amr: ['hwk', 'user'],
      auth_time: Math.floor((cardea.clock.now() - 5 * day) / 1000),
    })
  })
})
