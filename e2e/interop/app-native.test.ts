import { nativeAuthenticators } from '@cardea/protocol/constants'
import { decodeJwt } from 'jose'
import { describe, expect, inject, test } from 'vitest'
import { password, totpSecretOf } from '../deployment/configuration.ts'
import { mailedCode } from '../deployment/inbox.ts'
import { totpCode } from '../deployment/totp.ts'
import { answer, basic, redeem, send, start, startOf } from './native.ts'
import { person } from './people.ts'

const origin = inject('origin')
const links = [{ name: 'authentication', href: `${origin}/oauth2/authn`, method: 'POST' }]

async function started(clientId = 'native', more: Readonly<Record<string, string>> = {}) {
  const { parameters, verifier } = startOf(clientId, more)
  const { body } = await start(parameters, basic(clientId))
  return { flowId: body.flowId, verifier, body }
}

describe('the start: POST /oauth2/authorize with response_mode=direct', () => {
  test('gives the first step, with the literal authenticator ids and where to go on', async () => {
    const { parameters } = startOf('native')
    const { status, headers, body } = await start(parameters, basic('native'))
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(body).toMatchObject({ flowStatus: 'INCOMPLETE', flowType: 'AUTHENTICATION', links })
    expect(body.nextStep.stepType).toBe('MULTI_OPTIONS_PROMPT')
    expect(body.nextStep.messages).toEqual([])
    expect(body.nextStep.authenticators[0]).toEqual({
      authenticatorId: 'SWRlbnRpZmllckV4ZWN1dG9yOkxPQ0FM',
      authenticator: expect.any(String),
      idp: 'LOCAL',
      metadata: {
        i18nKey: 'authenticator.identifier',
        promptType: 'USER_PROMPT',
        params: [
          {
            param: 'username',
            type: 'STRING',
            order: 0,
            i18nKey: 'username.param',
            displayName: 'Username',
            confidential: false,
          },
        ],
      },
      requiredParams: ['username'],
    })
    expect(body.nextStep.authenticators.map((one) => one.authenticatorId)).toContain(nativeAuthenticators.passkey.id)
  })

  test('asks for username and password in one step where the policy starts with the password', async () => {
    const { body } = await started('two-factors')
    expect(body.nextStep.stepType).toBe('AUTHENTICATOR_PROMPT')
    expect(body.nextStep.authenticators).toEqual([
      {
        authenticatorId: 'QmFzaWNBdXRoZW50aWNhdG9yOkxPQ0FM',
        authenticator: 'Username & Password',
        idp: 'LOCAL',
        metadata: {
          i18nKey: 'authenticator.basic',
          promptType: 'USER_PROMPT',
          params: [
            {
              param: 'username',
              type: 'STRING',
              order: 0,
              i18nKey: 'username.param',
              displayName: 'Username',
              confidential: false,
            },
            {
              param: 'password',
              type: 'STRING',
              order: 1,
              i18nKey: 'password.param',
              displayName: 'Password',
              confidential: true,
            },
          ],
        },
        requiredParams: ['username', 'password'],
      },
    ])
  })

  test('leaves out what would be null or empty', async () => {
    const { body } = await started()
    expect(JSON.stringify(body)).not.toContain('null')
  })

  test('is 401 with a challenge when the app does not prove who it is', async () => {
    const { parameters } = startOf('native')
    for (const headers of [{}, { authorization: `Basic ${btoa('native:wrong-secret')}` }]) {
      const refused = await start(parameters, headers)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toBeTruthy()
      expect(refused.body).toMatchObject({
        code: '401',
        message: 'Unauthorized',
        description: expect.any(String),
        traceId: expect.any(String),
      })
    }
  })

  test('is ABA-60001 for another response type, ABA-60007 for an app that may not', async () => {
    const { parameters } = startOf('native')
    const token = await start({ ...parameters, response_type: 'token' }, basic('native'))
    expect(token.status).toBe(400)
    expect(token.body.code).toBe('ABA-60001')
    const notEnabled = await start(startOf('not-native').parameters, basic('not-native'))
    expect(notEnabled.status).toBe(400)
    expect(notEnabled.body.code).toBe('ABA-60007')
  })

  test('checks the redirect URI although nothing is redirected', async () => {
    const { parameters } = startOf('native', { redirect_uri: 'https://evil.test/cb' })
    const refused = await start(parameters, basic('native'))
    expect(refused.status).toBe(400)
    expect(refused.headers.get('location')).toBeNull()
    expect(refused.body).toMatchObject({ code: 'ABA-60001', traceId: expect.any(String) })
  })

  test('is accepted by GET too', async () => {
    const { parameters } = startOf('native')
    const response = await fetch(`${origin}/oauth2/authorize?${new URLSearchParams(parameters)}`, {
      headers: { ...basic('native'), accept: 'application/json' },
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ flowStatus: 'INCOMPLETE', links })
  })
})

describe('going on: POST /oauth2/authn', () => {
  test('identifier, wrong password, password, code, tokens; one flow id to the end', async () => {
    const { flowId, verifier } = await started()
    const who = person(21)
    const second = await answer(flowId, 'identifier', { username: who.username })
    expect(second.status).toBe(200)
    expect(second.body).toMatchObject({ flowId, flowStatus: 'INCOMPLETE', links })
    const ids = second.body.nextStep.authenticators.map((one) => one.authenticatorId)
    expect(ids).toEqual(
      expect.arrayContaining([nativeAuthenticators.password.id, nativeAuthenticators['email-otp'].id]),
    )

    const wrong = await answer(flowId, 'password', { password: 'not-the-password' })
    expect(wrong.status).toBe(200)
    expect(wrong.body).toMatchObject({ flowId, flowStatus: 'FAIL_INCOMPLETE', flowType: 'AUTHENTICATION', links })
    expect(wrong.body.nextStep.messages).toEqual([
      {
        type: 'ERROR',
        messageId: 'ABA-60003',
        message: expect.any(String),
        i18nKey: 'message.password.rejected',
        context: [],
      },
    ])

    const done = await answer(flowId, 'password', { password })
    expect(done.status).toBe(200)
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
    expect(done.body.authData).toMatchObject({ code: expect.any(String), state: 'state-of-the-app' })
    const tokens = await redeem('native', done.body.authData.code ?? '', verifier)
    expect(tokens.status).toBe(200)
    const { id_token } = await tokens.json()
    const claims = decodeJwt(id_token)
    expect(claims).toMatchObject({ iss: origin, nonce: 'nonce-of-the-app', isk: expect.any(String) })

    const over = await answer(flowId, 'password', { password })
    expect(over.status).toBe(400)
    expect(over.body.code).toBe('ABA-60009')
  })

  test('an unknown person gets the same steps and the same words', async () => {
    const walk = async (username: string) => {
      const { flowId } = await started()
      const second = await answer(flowId, 'identifier', { username })
      const wrong = await answer(flowId, 'password', { password: 'not-the-password' })
      const text = JSON.stringify([second.body, wrong.body])
      return text.replaceAll(flowId, 'FLOW').replaceAll(username, 'WHO')
    }
    expect(await walk('nobody-22@people.test')).toBe(await walk(person(22).username))
  })

  test('an e-mail code is sent when the option is started, and sent again on request', async () => {
    const { flowId } = await started()
    const who = person(23)
    await answer(flowId, 'identifier', { username: who.username })
    const sent = await answer(flowId, 'email-otp')
    expect(sent.status).toBe(200)
    expect(sent.body.nextStep.stepType).toBe('AUTHENTICATOR_PROMPT')
    expect(sent.body.nextStep.authenticators[0]).toMatchObject({
      authenticatorId: 'ZW1haWwtb3RwLWF1dGhlbnRpY2F0b3I6TE9DQUw',
      idp: 'LOCAL',
      metadata: { promptType: 'USER_PROMPT', params: [{ param: 'OTPcode', type: 'STRING', confidential: true }] },
      requiredParams: ['OTPcode'],
    })
    const wrong = await answer(flowId, 'email-otp', { OTPcode: '000000' })
    expect(wrong.body.flowStatus).toBe('FAIL_INCOMPLETE')
    const code = await mailedCode(origin, who.username)
    // Deployed SDKs send it under this name.
    const done = await answer(flowId, 'email-otp', { OTPCode: code })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('TOTP asks for the token after the password', async () => {
    const { flowId } = await started('two-factors')
    const { username } = person(0, 'enrolled')
    const second = await answer(flowId, 'password', { username, password })
    expect(second.body.nextStep).toMatchObject({
      stepType: 'AUTHENTICATOR_PROMPT',
      authenticators: [
        {
          authenticatorId: 'dG90cDpMT0NBTA',
          idp: 'LOCAL',
          metadata: {
            promptType: 'USER_PROMPT',
            params: [{ param: 'token', type: 'STRING', order: 0, confidential: false, i18nKey: 'totp.authenticator' }],
          },
          requiredParams: ['token'],
        },
      ],
    })
    const done = await answer(flowId, 'totp', { token: totpCode(totpSecretOf(username)) })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('TOTP is enrolled inside the flow, beyond what the contract offers', async () => {
    const { flowId } = await started('two-factors')
    await answer(flowId, 'password', { username: person(24).username, password })
    const prompt = await answer(flowId, 'totp')
    const [option] = prompt.body.nextStep.authenticators
    expect(option?.metadata.additionalData).toMatchObject({
      enrolment: 'true',
      secret: expect.stringMatching(/^[A-Z2-7]{16,}$/),
      otpauthUri: expect.stringMatching(/^otpauth:\/\/totp\//),
      qrCode: expect.stringMatching(/^[Mm]/),
    })
    const done = await answer(flowId, 'totp', { token: totpCode(option?.metadata.additionalData?.secret ?? '') })
    expect(done.body.flowStatus).toBe('SUCCESS_COMPLETED')
  })

  test('a passkey is an internal prompt with challenge data', async () => {
    const { flowId } = await started()
    await answer(flowId, 'identifier', { username: person(25).username })
    const { body } = await answer(flowId, 'passkey')
    const [option] = body.nextStep.authenticators
    expect(option).toMatchObject({
      authenticatorId: 'RklET0F1dGhlbnRpY2F0b3I6TE9DQUw',
      metadata: { promptType: 'INTERNAL_PROMPT' },
      requiredParams: ['tokenResponse'],
    })
    const challenge = JSON.parse(
      Buffer.from(option?.metadata.additionalData?.challengeData ?? '', 'base64url').toString(),
    )
    expect(challenge).toMatchObject({
      requestId: expect.any(String),
      publicKeyCredentialRequestOptions: { challenge: expect.any(String), rpId: 'localhost' },
    })
  })

  test('sessionId of an ID token finishes the next flow at once', async () => {
    const first = await started()
    await answer(first.flowId, 'identifier', { username: person(26).username })
    const done = await answer(first.flowId, 'password', { password })
    const tokens = await redeem('native', done.body.authData.code ?? '', first.verifier).then((one) => one.json())
    const { isk } = decodeJwt<{ isk: string }>(tokens.id_token)
    const { parameters } = startOf('native', { sessionId: isk })
    const next = await start(parameters, basic('native'))
    expect(next.body).toMatchObject({ flowStatus: 'SUCCESS_COMPLETED', authData: { code: expect.any(String) } })
  })

  test('an OAuth error that would be redirected comes as authData.error', async () => {
    const { parameters } = startOf('native', { prompt: 'none' })
    const { status, body } = await start(parameters, basic('native'))
    expect(status).toBe(200)
    expect(body).toMatchObject({
      flowStatus: 'SUCCESS_COMPLETED',
      authData: { error: 'login_required', state: 'state-of-the-app' },
    })
  })
})

describe('refusals: {code, message, description, traceId}', () => {
  const refusal = { message: expect.any(String), description: expect.any(String), traceId: expect.any(String) }

  test('ABA-60009 for a flow that does not exist', async () => {
    const { status, body } = await answer('flw_of-somebody-else-entirely', 'identifier', { username: 'x' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'ABA-60009', ...refusal })
  })

  test.each([
    ['no authenticator at all', 'bm90aGluZzpMT0NBTA'],
    ['not base64', '***'],
    ['one part only', 'b25seW9uZQ'],
  ])('ABA-60004 for %s', async (_what, authenticatorId) => {
    const { flowId } = await started()
    const { status, body } = await send({ flowId, selectedAuthenticator: { authenticatorId, params: { a: 'b' } } })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'ABA-60004', ...refusal })
  })

  test('ABA-60004 for one that is not offered in this step', async () => {
    const { flowId } = await started()
    const { status, body } = await answer(flowId, 'totp', { token: '123456' })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'ABA-60004', ...refusal })
  })

  test('ABA-60001 for a body that is not what the contract says', async () => {
    const { flowId } = await started()
    for (const body of [{}, { flowId }, { flowId, selectedAuthenticator: {} }, { flowId: 7 }, [], 'text', null]) {
      const refused = await send(body)
      expect(refused.status, JSON.stringify(body)).toBe(400)
      expect(refused.body).toMatchObject({ code: 'ABA-60001', ...refusal })
    }
  })
})
