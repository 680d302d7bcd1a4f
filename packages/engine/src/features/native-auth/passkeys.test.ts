import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { softwareAuthenticator } from '../../authenticators/passkey/software-authenticator.fixture.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { NativeApp } from './sign-in.fixture.ts'
import { config, ids, nativeApp, payloadOf, withPassword } from './sign-in.fixture.ts'

let cardea: TestEngine
let app: NativeApp
beforeAll(async () => {
  cardea = await testEngine({ config })
  app = nativeApp(cardea)
})
afterAll(() => cardea.close())

/** Where the app's own pages are. */
const origin = 'http://localhost:3001'

const challengeOf = (answer: Awaited<ReturnType<NativeApp['answer']>>) =>
  answer.body.nextStep.authenticators[0]?.metadata.additionalData?.challengeData ?? ''

describe('passkeys inside the app', () => {
  test('are added on the way, then sign in without a name, as several factors', async () => {
    const device = softwareAuthenticator(origin)
    const offered = await withPassword(app, 'pat@demo.test', 'demo-pat-2026')
    const added = await app.answer(offered.flowId, ids.passkey, { tokenResponse: device.create(challengeOf(offered)) })
    expect(added.body.flowStatus).toBe('SUCCESS_COMPLETED')

    const { body } = await app.start({ acr_values: 'urn:cardea:acr:multi' })
    const challenge = await app.answer(body.flowId, ids.passkey)
    const done = await app.answer(body.flowId, ids.passkey, { tokenResponse: device.get(challengeOf(challenge)) })
    const tokens = await app.redeem(done.body.authData.code ?? '')
    expect(payloadOf(tokens.body.id_token)).toMatchObject({
      acr: 'urn:cardea:acr:multi',
      amr: ['hwk', 'user'],
      preferred_username: 'pat@demo.test',
    })

    // Who has one is asked for it after a password.
    const second = await withPassword(app, 'pat@demo.test', 'demo-pat-2026')
    expect(second.body.nextStep.authenticators.map((one) => one.authenticatorId)).toEqual([ids.passkey])
    const proven = await app.answer(second.flowId, ids.passkey, { tokenResponse: device.get(challengeOf(second)) })
    expect(proven.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('T-WAN-01 a challenge of another flow, another origin and a second use are refused', async () => {
    const device = softwareAuthenticator(origin)
    const offered = await withPassword(app, 'tara@demo.test', 'demo-tara-2026')
    const prompt = await app.answer(offered.flowId, ids.passkey)
    const added = await app.answer(offered.flowId, ids.passkey, { tokenResponse: device.create(challengeOf(prompt)) })
    expect(added.body.flowStatus).toBe('SUCCESS_COMPLETED')

    const one = await app.start()
    const other = await app.start()
    const foreign = challengeOf(await app.answer(other.body.flowId, ids.passkey))
    const own = await app.answer(one.body.flowId, ids.passkey)
    const refused = async (tokenResponse: string) => {
      const { body } = await app.answer(one.body.flowId, ids.passkey, { tokenResponse })
      expect(body.nextStep.messages[0]?.i18nKey).toBe('message.passkey.rejected')
      return body.nextStep.authenticators[0]?.metadata.additionalData?.challengeData ?? ''
    }
    const next = await refused(device.get(foreign))
    expect(next).not.toBe(challengeOf(own))
    const third = await refused(device.get(next, { origin: 'https://evil.example' }))
    const right = device.get(third)
    const done = await app.answer(one.body.flowId, ids.passkey, { tokenResponse: right })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
    expect((await app.answer(other.body.flowId, ids.passkey, { tokenResponse: right })).body.flowStatus).toBe(
      'FAIL_INCOMPLETE',
    )
  })

  test('somebody else’s passkey does not sign in the person who was named', async () => {
    const device = softwareAuthenticator(origin)
    const offered = await withPassword(app, 'pia@demo.test', 'demo-pia-2026')
    const added = await app.answer(offered.flowId, ids.passkey, { tokenResponse: device.create(challengeOf(offered)) })
    expect(added.body.flowStatus).toBe('SUCCESS_COMPLETED')
    const named = async (username: string) => {
      const { body } = await app.start()
      await app.answer(body.flowId, ids.identifier, { username })
      const challenge = await app.answer(body.flowId, ids.passkey)
      return { body, tokenResponse: device.get(challengeOf(challenge)) }
    }
    const own = await named('pia@demo.test')
    const right = await app.answer(own.body.flowId, ids.passkey, { tokenResponse: own.tokenResponse })
    expect(right.body.flowStatus).toBe('SUCCESS_COMPLETED')

    const { body, tokenResponse } = await named('alex@demo.test')
    const wrong = await app.answer(body.flowId, ids.passkey, { tokenResponse })
    expect(wrong.body.nextStep.messages[0]?.i18nKey).toBe('message.passkey.rejected')
    // What was typed can still be answered otherwise.
    const done = await app.answer(body.flowId, ids.password, { password: 'demo-alex-2026' })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })
})
