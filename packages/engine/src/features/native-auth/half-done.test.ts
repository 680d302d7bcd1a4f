import type { CardeaConfig } from '@cardea/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { portal, signedIn } from '../../domain/api/tokens.fixture.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, withPassword } from './sign-in.fixture.ts'

/** After the password an app for codes is offered, and may be skipped. */
const policies: CardeaConfig['policies'] = {
  offering: {
    steps: [
      { id: 'identify', alternatives: ['identifier'] },
      { id: 'first-factor', alternatives: ['password'] },
      { id: 'second-factor', alternatives: ['totp', 'passkey'], enrol: 'offer' },
    ],
  },
}

describe.each(['sqlite', 'postgres'] as const)('SES half a sign-in, on %s', (store) => {
  let cardea: TestEngine
  beforeAll(async () => {
    const apps = [...(config.apps ?? []).map((app) => ({ ...app, signInPolicy: 'offering' })), portal]
    cardea = await testEngine({ store, config: { ...config, apps, policies } })
  })
  afterAll(() => cardea.close())

  const changePassword = async (username: string, currentPassword: string) => {
    const person = await signedIn(cardea, username)
    const answer = await cardea.fetch('/api/v1/me/password', {
      method: 'PUT',
      headers: { authorization: person.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ currentPassword, newPassword: 'a quite different one' }),
    })
    expect(answer.status).toBe(200)
  }

  test('T-SES-05 who knew the password before it changed does not get in after it', async () => {
    const app = nativeApp(cardea)
    const thief = await withPassword(app, 'alex@demo.test', 'demo-alex-2026')
    expect(thief.body.flowStatus).toBe('INCOMPLETE')
    await changePassword('alex@demo.test', 'demo-alex-2026')
    const skipped = await app.answer(thief.flowId, ids.totp, { skip: 'true' })
    expect(skipped).toMatchObject({ status: 400, body: { code: 'ABA-60009' } })
    const enrolling = await app.answer(thief.flowId, ids.passkey)
    expect(enrolling.status).toBe(400)
  })

  test('T-SES-05 nor does an answer that is being judged while it changes', async () => {
    const app = nativeApp(cardea)
    const { engine } = cardea
    const organization = await engine.organizations.root()
    const pat = organization && (await engine.accounts.findByIdentifier(organization.id, 'pat@demo.test'))
    if (!pat) throw new Error('there is no pat')
    const { body } = await app.start()
    await app.answer(body.flowId, ids.identifier, { username: 'pat@demo.test' })
    const before = engine.passwords.count()
    const judged = app.answer(body.flowId, ids.password, { password: 'demo-pat-2026' })
    await expect.poll(() => engine.passwords.count(), { interval: 1 }).toBe(before + 1)
    await engine.store.unit((unit) => engine.sessions.endAll(unit, pat.org, pat.id))
    const answer = await judged
    expect(answer.body.flowStatus ?? 'ended').not.toBe('SUCCESS_COMPLETED')
    expect((await app.answer(body.flowId, ids.totp, { skip: 'true' })).status).toBe(400)
  })

  test('somebody else’s goes on', async () => {
    const app = nativeApp(cardea)
    const uma = await withPassword(app, 'uma@demo.test', 'demo-uma-2026')
    await changePassword('pia@demo.test', 'demo-pia-2026')
    const done = await app.answer(uma.flowId, ids.totp, { skip: 'true' })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })
})
