import {
  EmbeddedSignInFlowAuthenticatorKnownIdPType,
  EmbeddedSignInFlowStatus,
  EmbeddedSignInFlowStepType,
  executeEmbeddedSignInFlow,
  getUserInfo,
  initializeEmbeddedSignInFlow,
} from '@asgardeo/javascript'
import { describe, expect, inject, test } from 'vitest'
import { callback } from '../deployment/interop-apps.ts'
import { startOf } from './native.ts'
import { person } from './people.ts'

const origin = inject('origin')

/** What the SDK's components do with each step: the first option, with the params it asks for. */
async function walk(clientId: string, values: Readonly<Record<string, string>>) {
  const { parameters, verifier } = startOf(clientId)
  const first = await initializeEmbeddedSignInFlow({ baseUrl: origin, payload: parameters })
  expect(first.flowStatus).toBe(EmbeddedSignInFlowStatus.Incomplete)
  const url = first.links[0]?.href ?? ''
  let { nextStep } = first
  for (let steps = 0; steps < 5; steps += 1) {
    expect(Object.values(EmbeddedSignInFlowStepType)).toContain(nextStep.stepType)
    const option = nextStep.authenticators.find(({ requiredParams }) => requiredParams?.every((name) => name in values))
    if (!option) throw new Error(`nothing to answer in ${JSON.stringify(nextStep)}`)
    expect(option.idp).toBe(EmbeddedSignInFlowAuthenticatorKnownIdPType.Local)
    const params = Object.fromEntries(option.requiredParams.map((name) => [name, values[name] ?? '']))
    const answer = await executeEmbeddedSignInFlow({
      url,
      payload: { flowId: first.flowId, selectedAuthenticator: { authenticatorId: option.authenticatorId, params } },
    })
    if (answer.flowStatus === EmbeddedSignInFlowStatus.SuccessCompleted) return { authData: answer.authData, verifier }
    // The published type leaves out what an unfinished answer has.
    nextStep = (answer as unknown as typeof first).nextStep
  }
  throw new Error('the flow did not end')
}

describe('@asgardeo/javascript, as published', () => {
  test('signs in app-natively and reads who it is', async () => {
    const { authData, verifier } = await walk('without-secret', { ...person(31) })
    expect(authData).toMatchObject({ code: expect.any(String), state: 'state-of-the-app' })
    const tokens = await fetch(`${origin}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'without-secret',
        code: authData.code,
        redirect_uri: callback,
        code_verifier: verifier,
      }),
    })
    expect(tokens.status).toBe(200)
    const { access_token } = await tokens.json()
    // The SDK spreads the headers into an object, whatever its type says.
    const headers = { authorization: `Bearer ${access_token}` } as unknown as Headers
    const user = await getUserInfo({ url: `${origin}/oauth2/userinfo`, headers })
    expect(user).toMatchObject({ sub: expect.stringMatching(/^usr_/) })
  })

  test('a wrong password comes back as a step that may be tried again', async () => {
    await expect(walk('without-secret', { ...person(32), password: 'not-the-password' })).rejects.toThrow(
      'the flow did not end',
    )
  })

  test('a refused start is an error with our body', async () => {
    const { parameters } = startOf('without-secret', { response_type: 'token' })
    await expect(initializeEmbeddedSignInFlow({ baseUrl: origin, payload: parameters })).rejects.toThrow('ABA-60001')
  })
})
