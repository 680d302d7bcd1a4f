import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { currentCode } from '../../authenticators/totp/code.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, ids, nativeApp, payloadOf, withPassword } from './sign-in.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config })
})
afterAll(() => cardea.close())

/** The newest code that was mailed. */
async function mailedCode(): Promise<string> {
  for (let tries = 0; tries < 50; tries++) {
    const code = cardea.inbox.findLast((mail) => mail.to === 'alex@demo.test')?.text.match(/\b\d{6}\b/)?.[0]
    if (code) return code
    await new Promise((go) => setTimeout(go, 20))
  }
  throw new Error('no code came')
}

const seedCode = async (username: string) => {
  const account = await cardea.engine.accounts.findByIdentifier((await cardea.engine.organizations.root()).id, username)
  const { authenticators } = await import('../../domain/flow/index.ts')
  const code =
    account && (await cardea.engine.contributed(authenticators).get('totp')?.developmentCode?.(cardea.engine, account))
  if (!code) throw new Error(`${username} has no authenticator app`)
  return code
}

/** Rows of `session` that are somebody's. */
async function sessionsOf(username: string) {
  const account = await cardea.engine.accounts.findByIdentifier((await cardea.engine.organizations.root()).id, username)
  if (!account) throw new Error(`there is no ${username}`)
  const sessions = cardea.engine.store.in(account.org).selectFrom('session').select(['id', 'secret_hash'])
  return sessions.where('account', '=', account.id).orderBy('id').execute()
}

describe('a person signs in inside the app', () => {
  test('with name and password, and the app gets tokens', async () => {
    const app = nativeApp(cardea)
    const done = await withPassword(app, 'alex@demo.test', 'demo-alex-2026')
    expect(done.body).toMatchObject({
      flowStatus: 'SUCCESS_COMPLETED',
      authData: { state: 'st-1', iss: cardea.publicUrl, code: expect.any(String), adopt_ticket: expect.any(String) },
    })
    const tokens = await app.redeem(done.body.authData.code ?? '')
    expect(payloadOf(tokens.body.id_token)).toMatchObject({ acr: 'urn:cardea:acr:single', amr: ['pwd'] })
  })

  test('a wrong password may be tried again in the same flow', async () => {
    const app = nativeApp(cardea)
    const wrong = await withPassword(app, 'alex@demo.test', 'not the password')
    expect(wrong.status).toBe(200)
    expect(wrong.body).toMatchObject({
      flowStatus: 'FAIL_INCOMPLETE',
      flowId: wrong.flowId,
      nextStep: { messages: [{ type: 'ERROR', messageId: 'ABA-60003', i18nKey: 'message.password.rejected' }] },
    })
    const right = await app.answer(wrong.flowId, ids.password, { password: 'demo-alex-2026' })
    expect(right.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('can change the name that was typed before anything is proven', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    await app.answer(body.flowId, ids.identifier, { username: 'bea' })
    const back = await app.answer(body.flowId, ids.identifier)
    expect(back.body.nextStep.authenticators[0]?.authenticatorId).toBe(ids.identifier)
    await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    const done = await app.answer(body.flowId, ids.password, { password: 'demo-alex-2026' })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('with a code by e-mail, asked for again and typed with spaces', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    const sent = await app.answer(body.flowId, ids.email)
    expect(sent.body.nextStep.stepType).toBe('AUTHENTICATOR_PROMPT')
    expect(sent.body.nextStep.authenticators[0]).toMatchObject({
      requiredParams: ['OTPcode'],
      metadata: {
        promptType: 'USER_PROMPT',
        params: [{ param: 'OTPcode', order: 1, confidential: true, type: 'STRING' }],
        additionalData: { maskedAddress: 'a•••@d•••.test', expiresIn: '300' },
      },
    })
    const first = await mailedCode()
    cardea.clock.advance(31_000)
    cardea.inbox.length = 0
    const again = await app.answer(body.flowId, ids.email, { resendCode: 'true' })
    expect(again.body).toMatchObject({
      flowStatus: 'INCOMPLETE',
      nextStep: { messages: [{ type: 'INFO', i18nKey: 'message.email_otp.resent' }] },
    })
    const second = await mailedCode()
    if (first !== second) {
      const old = await app.answer(body.flowId, ids.email, { OTPcode: first })
      expect(old.body.nextStep.messages[0]?.i18nKey).toBe('message.email_otp.rejected')
    }
    // The published SDK sends the param under this name.
    const done = await app.answer(body.flowId, ids.email, { OTPCode: `${second.slice(0, 3)} ${second.slice(3)}` })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('a code by e-mail is over after five minutes', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    cardea.inbox.length = 0
    await app.answer(body.flowId, ids.email)
    const code = await mailedCode()
    cardea.clock.advance(301_000)
    const late = await app.answer(body.flowId, ids.email, { OTPcode: code })
    expect(late.body.nextStep.messages[0]?.i18nKey).toBe('message.email_otp.expired')
  })

  test('enrols an authenticator app on the way where that is required', async () => {
    const app = nativeApp(cardea)
    const prompted = await withPassword(app, 'tara@demo.test', 'demo-tara-2026')
    const options = prompted.body.nextStep.authenticators.map((one) => one.authenticatorId)
    expect(options).toEqual([ids.totp, ids.passkey])
    const enrolment = await app.answer(prompted.flowId, ids.totp)
    const data = enrolment.body.nextStep.authenticators[0]?.metadata.additionalData ?? {}
    expect(data).toMatchObject({ enrolment: 'true', qrCodeSize: expect.stringMatching(/^\d+$/) })
    expect(data.otpauthUri).toContain(`secret=${data.secret}`)
    const wrong = await app.answer(prompted.flowId, ids.totp, { token: '000000' })
    expect(wrong.body.nextStep.authenticators[0]?.metadata.additionalData?.secret).toBe(data.secret)
    const token = currentCode(data.secret ?? '', cardea.clock.now())
    const done = await app.answer(prompted.flowId, ids.totp, { token })
    const tokens = await app.redeem(done.body.authData.code ?? '')
    expect(payloadOf(tokens.body.id_token)).toMatchObject({ acr: 'urn:cardea:acr:multi', amr: ['pwd', 'otp'] })

    const next = await withPassword(app, 'tara@demo.test', 'demo-tara-2026')
    expect(next.body.nextStep.authenticators.map((one) => one.authenticatorId)).toEqual([ids.totp])
    expect(JSON.stringify(next.body)).not.toContain('secret')
  })

  test('T-ENU-01 says how many steps there are once something was proven, and not before', async () => {
    const app = nativeApp(cardea)
    for (const username of ['tara@demo.test', 'alex@demo.test', 'nobody@demo.test']) {
      const { body } = await app.start()
      expect(body.nextStep.progress).toBeUndefined()
      const named = await app.answer(body.flowId, ids.identifier, { username })
      expect(named.body.nextStep.progress).toBeUndefined()
      const wrong = await app.answer(body.flowId, ids.password, { password: 'not-it-2026' })
      expect(wrong.body.nextStep.progress).toBeUndefined()
    }
    const proven = await withPassword(app, 'tara@demo.test', 'demo-tara-2026')
    expect(proven.body.nextStep.progress).toEqual({ step: 3, of: 3 })
  })

  test('may skip a passkey that is only offered', async () => {
    const app = nativeApp(cardea)
    const offered = await withPassword(app, 'pat@demo.test', 'demo-pat-2026')
    expect(offered.body.nextStep.authenticators[0]?.metadata.additionalData).toMatchObject({
      enrolment: 'true',
      skippable: 'true',
      challengeData: expect.any(String),
    })
    const done = await app.answer(offered.flowId, ids.passkey, { skip: 'true' })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('goes on with the session of an earlier ID token, and proves again what the app asks for', async () => {
    const app = nativeApp(cardea)
    const first = await withPassword(app, 'alex@demo.test', 'demo-alex-2026')
    const { isk, sid } = payloadOf((await app.redeem(first.body.authData.code ?? '')).body.id_token)
    const again = await app.start({ sessionId: String(isk) })
    expect(again.body.flowStatus).toBe('SUCCESS_COMPLETED')
    const login = await app.start({ sessionId: String(isk), prompt: 'login' })
    expect(login.body.nextStep.identifier).toBe('alex@demo.test')
    expect(login.body.nextStep.authenticators[0]?.authenticatorId).toBe(ids.password)
    const done = await app.answer(login.body.flowId, ids.password, { password: 'demo-alex-2026' })
    const tokens = await app.redeem(done.body.authData.code ?? '')
    expect(payloadOf(tokens.body.id_token).sid).toBe(sid)
    cardea.clock.advance(120_000)
    expect((await app.start({ sessionId: String(isk), max_age: '60' })).body.flowStatus).toBe('INCOMPLETE')
  })

  test('T-SES-02 steps up when the app asks for several factors: the same session with another secret', async () => {
    const app = nativeApp(cardea)
    const first = await withPassword(app, 'uma@demo.test', 'demo-uma-2026')
    const { isk, sid } = payloadOf((await app.redeem(first.body.authData.code ?? '')).body.id_token)
    const [before] = await sessionsOf('uma@demo.test')
    const step = await app.start({ sessionId: String(isk), acr_values: 'urn:cardea:acr:multi' })
    expect(step.body.nextStep.authenticators.map((one) => one.authenticatorId)).toEqual([ids.totp, ids.passkey])

    const enrolment = await app.answer(step.body.flowId, ids.totp)
    const { secret = '' } = enrolment.body.nextStep.authenticators[0]?.metadata.additionalData ?? {}
    const token = currentCode(secret, cardea.clock.now())
    const done = await app.answer(step.body.flowId, ids.totp, { token })
    const tokens = await app.redeem(done.body.authData.code ?? '')
    expect(payloadOf(tokens.body.id_token)).toMatchObject({ sid, acr: 'urn:cardea:acr:multi', amr: ['pwd', 'otp'] })
    const after = await sessionsOf('uma@demo.test')
    expect(after.map(({ id }) => id)).toEqual([sid])
    expect(after[0]?.secret_hash).not.toBe(before?.secret_hash)
  })
})

describe('NAT', () => {
  test('T-NAT-01 an app that is not ours, or has it turned off, cannot ask for credentials', async () => {
    for (const clientId of ['thirdparty', 'plain']) {
      const refused = await nativeApp(cardea, clientId).start()
      expect(refused.status).toBe(400)
      expect(refused.body).toMatchObject({ code: 'ABA-60007', reason: 'authorization.native_not_enabled' })
    }
  })

  test('T-NAT-02 an answer to a step that has passed does not count', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    const second = await app.answer(body.flowId, ids.identifier, { username: 'bea' }, { version: body.version })
    const third = await app.answer(
      body.flowId,
      ids.password,
      { password: 'demo-bea-2026' },
      { version: second.body.version },
    )
    expect(third.body.nextStep.authenticators.map((one) => one.authenticatorId)).toEqual([ids.totp])
    const replay = await app.answer(
      body.flowId,
      ids.password,
      { password: 'demo-bea-2026' },
      { version: second.body.version },
    )
    expect(replay.body).toMatchObject({
      flowStatus: 'FAIL_INCOMPLETE',
      version: third.body.version,
      nextStep: { messages: [{ i18nKey: 'message.flow.superseded' }] },
    })
    const skip = await app.answer(body.flowId, ids.password, { password: 'demo-bea-2026' })
    expect(skip).toMatchObject({ status: 400, body: { code: 'ABA-60004' } })
    const back = await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    expect(back).toMatchObject({ status: 400, body: { code: 'ABA-60004' } })
  })

  test('T-NAT-03 a handle is of no use to another client', async () => {
    const { body } = await nativeApp(cardea).start()
    const other = await nativeApp(cardea, 'one-page', { authorization: nativeBasic('plain') }).answer(
      body.flowId,
      ids.identifier,
      { username: 'alex@demo.test' },
    )
    expect(other).toMatchObject({ status: 400, body: { code: 'ABA-60009' } })
    const wrong = await nativeApp(cardea, 'one-page', {
      authorization: nativeBasic('calendar', 'not-the-secret'),
    }).answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    expect(wrong).toMatchObject({ status: 401, body: { code: '401', message: 'Unauthorized' } })
  })

  test('T-NAT-04 of fifty parallel answers with the right code one is judged', async () => {
    const app = nativeApp(cardea)
    const asked = await withPassword(app, 'bea', 'demo-bea-2026')
    const token = await seedCode('bea')
    const answers = await Promise.all(Array.from({ length: 50 }, () => app.answer(asked.flowId, ids.totp, { token })))
    expect(answers.filter((one) => one.body.flowStatus === 'SUCCESS_COMPLETED')).toHaveLength(1)
    const others = answers.filter((one) => one.body.flowStatus !== 'SUCCESS_COMPLETED')
    for (const { body } of others) expect(JSON.stringify(body)).toMatch(/flow\.(superseded|unknown)/)
  })

  test('T-NAT-07 the second factor of the policy is asked of everybody it is for', async () => {
    cardea.clock.advance(60_000)
    const app = nativeApp(cardea, 'one-page')
    const { body } = await app.start()
    const first = await app.answer(body.flowId, ids.password, { username: 'bea', password: 'demo-bea-2026' })
    expect(first.body).toMatchObject({ flowStatus: 'INCOMPLETE', nextStep: { stepType: 'AUTHENTICATOR_PROMPT' } })
    const done = await app.answer(body.flowId, ids.totp, { token: await seedCode('bea') })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('T-NAT-08 T-AUT-01 no code before the last step, and none after it', async () => {
    const app = nativeApp(cardea)
    const before = await sessionsOf('bea')
    const { body } = await app.start()
    const seen = [body, (await app.answer(body.flowId, ids.identifier, { username: 'bea' })).body]
    const half = await app.answer(body.flowId, ids.password, { password: 'demo-bea-2026' })
    for (const one of [...seen, half.body]) expect(JSON.stringify(one)).not.toContain('"code":"grt_')
    // Half a sign-in is no session: nothing for a browser, nothing to adopt, no row.
    expect(half.headers.get('set-cookie')).toBeNull()
    expect(JSON.stringify(half.body)).not.toContain('adopt_ticket')
    expect(await sessionsOf('bea')).toEqual(before)
    cardea.clock.advance(60_000)
    const done = await app.answer(body.flowId, ids.totp, { token: await seedCode('bea') })
    expect(done.body.authData.code).toBeDefined()
    expect(await sessionsOf('bea')).toHaveLength(before.length + 1)
    const again = await app.answer(body.flowId, ids.totp, { token: await seedCode('bea') })
    expect(again).toMatchObject({ status: 400, body: { code: 'ABA-60009' } })
  })
})

function nativeBasic(clientId: string, secret = 'a-secret-of-the-test-app-0001') {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`
}

describe('what an app sends wrong', () => {
  test.each([
    [
      'an unknown handle',
      { flowId: 'flw_nope', selectedAuthenticator: { authenticatorId: ids.password } },
      'ABA-60009',
    ],
    ['no handle', { selectedAuthenticator: { authenticatorId: ids.password } }, 'ABA-60001'],
    [
      'T-AUT-03 a member that is not the caller’s to set',
      { flowId: 'flw_x', role: 'admin', selectedAuthenticator: { authenticatorId: ids.password } },
      'ABA-60001',
    ],
  ])('%s', async (_title, body, code) => {
    const response = await cardea.fetch('/oauth2/authn', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code, traceId: expect.any(String) })
  })

  test.each([
    'bogus',
    Buffer.from('password:LOCAL:x').toString('base64url'),
    Buffer.from('nobody:LOCAL').toString('base64url'),
    '__proto__',
  ])('the authenticator %s', async (authenticatorId) => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    expect(await app.answer(body.flowId, authenticatorId, { username: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'ABA-60004' },
    })
  })

  test('an option that this step does not offer', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    expect(await app.answer(body.flowId, ids.totp, { token: '123456' })).toMatchObject({
      status: 400,
      body: { code: 'ABA-60004' },
    })
  })

  test('an empty field is asked for again and is no attempt', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })
    const empty = await app.answer(body.flowId, ids.password, { password: '' })
    expect(empty.body).toMatchObject({
      flowStatus: 'FAIL_INCOMPLETE',
      nextStep: {
        messages: [{ i18nKey: 'message.credential.missing', context: [{ key: 'name', value: 'password' }] }],
      },
    })
  })

  test('an answer after half an hour', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    cardea.clock.advance(31 * 60_000)
    expect(await app.answer(body.flowId, ids.identifier, { username: 'alex@demo.test' })).toMatchObject({
      status: 400,
      body: { code: 'ABA-60008' },
    })
  })

  test('another response type than code', async () => {
    expect(await nativeApp(cardea).start({ response_type: 'token' })).toMatchObject({
      status: 400,
      body: { code: 'ABA-60001' },
    })
  })

  test('T-ISO-01 a refusal shows nothing of another request', async () => {
    const app = nativeApp(cardea)
    const { body } = await app.start()
    const canaries = Array.from({ length: 500 }, (_, index) => `canary-${index}-${Math.random().toString(36).slice(2)}`)
    const answers = await Promise.all(
      canaries.map(async (canary, index) => {
        const response = await cardea.fetch('/oauth2/authn', {
          method: 'POST',
          headers: { 'content-type': index % 3 === 0 ? `text/${canary}` : 'application/json' },
          body:
            index % 3 === 1
              ? JSON.stringify({ [canary]: 1, flowId: body.flowId })
              : JSON.stringify({ flowId: `flw_${canary}`, selectedAuthenticator: { authenticatorId: canary } }),
        })
        return response.text()
      }),
    )
    answers.forEach((text, index) => {
      const foreign = canaries.filter((canary, other) => other !== index && text.includes(canary))
      expect(foreign).toEqual([])
    })
    const traces = answers.map((text) => JSON.parse(text).traceId)
    expect(new Set(traces).size).toBe(answers.length)
  })
})
