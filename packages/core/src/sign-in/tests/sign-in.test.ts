import type { FlowAnswer, NativeAuthenticator, NativeMessage, NativeStep } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import { drive, perceive, scriptedPasskeys } from './drive.ts'

type Name = keyof typeof nativeAuthenticators

const option = (name: Name, params: string[] = [], data?: Record<string, string>): NativeAuthenticator => ({
  authenticatorId: nativeAuthenticators[name].id,
  authenticator: name,
  idp: 'LOCAL',
  metadata: {
    i18nKey: nativeAuthenticators[name].i18nKey,
    ...((params.length > 0 || data) && { promptType: params.length > 0 ? 'USER_PROMPT' : 'INTERNAL_PROMPT' }),
    ...(params.length > 0 && {
      params: params.map((param, order) => ({
        param,
        type: 'STRING' as const,
        order,
        i18nKey: param,
        displayName: param,
        confidential: param === 'password',
      })),
    }),
    ...(data && { additionalData: data }),
  },
})

const message = (code: string, context: Record<string, string> = {}): NativeMessage => ({
  type: 'ERROR',
  messageId: 'ABA-60003',
  message: 'what the server said',
  i18nKey: `message.${code}`,
  context: Object.entries(context).map(([key, value]) => ({ key, value })),
})

const step = (version: number, authenticators: NativeAuthenticator[], more: Partial<NativeStep> = {}): FlowAnswer => ({
  status: 'step',
  retry: false,
  version,
  step: {
    stepType: authenticators.length === 1 ? 'AUTHENTICATOR_PROMPT' : 'MULTI_OPTIONS_PROMPT',
    authenticators,
    messages: [],
    ...more,
  },
})

const identifier = option('identifier', ['username'])
const password = option('password', ['password'])
const passkey = option('passkey')
const started = option('passkey', [], { challengeData: 'e30' })
const signedIn: FlowAnswer = {
  status: 'signed-in',
  session: { status: 'signed-in', user: { sub: 'usr_1' }, expiresAt: 4_000_000_000 },
  returnTo: '/calendar',
}
const failed = (reason: string): FlowAnswer => ({
  status: 'failed',
  error: { code: 'ABA-60008', reason, description: '', traceId: 't1' },
})

describe('where a refusal is shown', () => {
  test.each([
    ['password.rejected', {}, ['password'], { errors: { password: 'password.rejected' } }],
    ['credential.rejected', {}, ['username', 'password'], { errors: { password: 'credential.rejected' } }],
    [
      'credential.missing',
      { name: 'username' },
      ['username', 'password'],
      { errors: { username: 'credential.missing name=username' } },
    ],
    ['flow.wait', { seconds: '90' }, ['password'], { errors: {}, alert: 'flow.wait seconds=90' }],
    ['totp.rejected', {}, ['password'], { errors: {}, alert: 'totp.rejected' }],
    ['a.code.of.a.newer.server', {}, ['password'], { errors: {}, alert: 'a.code.of.a.newer.server' }],
  ])('%s', async (code, context, params, shown) => {
    const { flow, server } = drive()
    flow.begin()
    await server(step(1, [option('password', params)], { messages: [message(code, context)] }))
    expect(perceive(flow)).toMatchObject(shown)
  })

  test('two empty fields are both named, with a summary above them', async () => {
    const { flow, server, sent } = drive()
    flow.begin()
    await server(step(1, [option('password', ['username', 'password'])]))
    flow.send({ type: 'submit', values: { username: '', password: '' } })
    expect(sent).toEqual([])
    expect(perceive(flow)).toMatchObject({
      alert: 'error.several count=2',
      errors: { username: 'credential.missing name=username', password: 'credential.missing name=password' },
      focus: 'f-username',
    })
  })
})

describe('while an answer is on its way', () => {
  test('pressing again sends nothing', async () => {
    const { flow, server, sent } = drive()
    flow.begin()
    await server(step(1, [identifier]))
    flow.send({ type: 'submit', values: { username: 'alex' } })
    flow.send({ type: 'submit', values: { username: 'alex' } })
    expect(sent).toHaveLength(1)
    expect(perceive(flow)).toMatchObject({ busy: true })
  })

  test('a lost connection leaves the step as it is, and says so', async () => {
    const { flow, server, unreachable } = drive()
    flow.begin()
    await server(step(1, [password]))
    flow.send({ type: 'submit', values: { password: 'x' } })
    await unreachable()
    expect(perceive(flow)).toMatchObject({
      kind: 'password',
      busy: false,
      alert: 'error.network',
    })
  })
})

describe('the end', () => {
  test('without a detour the session is taken over and the page stays', async () => {
    const { flow, server, did } = drive()
    flow.begin()
    await server(step(1, [password]))
    flow.send({ type: 'submit', values: { password: 'x' } })
    await server(signedIn)
    expect(did).toEqual(['adopt signed-in'])
    expect(perceive(flow)).toMatchObject({ kind: 'password', busy: true })
  })

  test('with a page to go to, it goes there', async () => {
    const { flow, server, did } = drive({ returnTo: '/calendar' })
    flow.begin()
    await server(signedIn)
    expect(did).toEqual(['adopt signed-in', 'navigate /calendar'])
  })

  test('sso: false stays out of the way of the identity provider', async () => {
    const { flow, server, did } = drive({ sso: false })
    flow.begin()
    await server({ ...signedIn, adoptUrl: 'https://id.test/session/adopt' })
    expect(did).toEqual(['adopt signed-in'])
  })

  test('an ended flow can be started again', async () => {
    const { flow, server } = drive()
    flow.begin()
    await server(failed('flow.expired'))
    expect(flow.get()).toMatchObject({ type: 'failed', failure: { code: 'flow.expired', traceId: 't1' } })
    flow.send({ type: 'start' })
    await server(step(1, [identifier]))
    expect(perceive(flow)).toMatchObject({ kind: 'identifier' })
  })

  test('on a hosted page an ended flow loads the page again', async () => {
    const { flow, server, did } = drive({ initial: { step: first, version: 1, retry: false } }, false)
    flow.begin()
    flow.send({ type: 'submit', values: { username: 'alex' } })
    await server(failed('flow.expired'))
    flow.send({ type: 'start' })
    expect(did).toEqual(['reload'])
  })
})

const first: NativeStep = { stepType: 'AUTHENTICATOR_PROMPT', authenticators: [identifier], messages: [] }

describe('hosted sign-in stands in', () => {
  const hosted = ({ returnTo }: { returnTo?: string }) => `/auth/login?returnTo=${returnTo}`

  test.each([
    ['the app does not sign in natively', failed('authorization.native_not_enabled')],
    [
      'the step leads to another provider',
      step(1, [
        {
          authenticatorId: 'R29vZ2xlT0lEQzpHb29nbGU',
          authenticator: 'Google',
          idp: 'Google',
          metadata: { i18nKey: 'google', promptType: 'REDIRECTION_PROMPT' },
        },
      ]),
    ],
  ])('when %s', async (_, answer) => {
    const { flow, server, did } = drive({ hosted })
    flow.begin()
    await server(answer)
    expect(did).toEqual(['navigate /auth/login?returnTo=/here'])
  })

  test('not when nobody asked for it', async () => {
    const { flow, server, did } = drive()
    flow.begin()
    await server(failed('authorization.native_not_enabled'))
    expect(did).toEqual([])
    expect(flow.get().type).toBe('failed')
  })
})

describe('passkeys', () => {
  const first = [identifier, passkey]
  const passkeyStep = (version: number) => step(version, [started], { alternatives: [identifier] })
  const choose = { type: 'choose', authenticatorId: passkey.authenticatorId } as const

  test('choosing one starts it and opens the browser’s dialog at once', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(false)
    const { flow, server, sent } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    flow.send(choose)
    await server(passkeyStep(2))
    expect(ceremonies).toMatchObject([{ conditional: false }])
    expect(perceive(flow)).toMatchObject({ kind: 'passkey', busy: true })
    await ceremonies[0]?.end({ type: 'answered', tokenResponse: 'proof' })
    expect(sent.at(-1)).toEqual({
      version: 2,
      csrf: undefined,
      authenticatorId: passkey.authenticatorId,
      params: { tokenResponse: 'proof' },
    })
  })

  test('a closed dialog is told, and the identifier is still there', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(false)
    const { flow, server } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    flow.send(choose)
    await server(passkeyStep(2))
    await ceremonies[0]?.end({ type: 'cancelled' })
    expect(perceive(flow)).toMatchObject({
      busy: false,
      alert: 'passkey.cancelled',
      options: ['option.identifier'],
    })
  })

  test('a browser without passkeys says so', async () => {
    const { flow, server } = drive()
    flow.begin()
    await server(step(1, first))
    flow.send(choose)
    await server(passkeyStep(2))
    expect(perceive(flow)).toMatchObject({ alert: 'passkey.unsupported' })
  })

  test('autofill: a challenge is fetched quietly and waits behind the identifier field', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(true)
    const { flow, server, sent } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    expect(sent.map(({ authenticatorId }) => authenticatorId)).toEqual([passkey.authenticatorId])
    await server(passkeyStep(2))
    expect(ceremonies).toMatchObject([{ conditional: true }])
    expect(perceive(flow)).toMatchObject({ kind: 'identifier', busy: false })
    await ceremonies[0]?.end({ type: 'answered', tokenResponse: 'proof' })
    expect(sent.at(-1)).toMatchObject({ version: 2, params: { tokenResponse: 'proof' } })
  })

  test('autofill: an identifier typed before the challenge is there waits for the new version', async () => {
    const { passkeys } = scriptedPasskeys(true)
    const { flow, server, sent } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    flow.send({ type: 'submit', values: { username: 'alex' } })
    expect(sent).toHaveLength(1)
    expect(perceive(flow)).toMatchObject({ busy: true })
    await server(passkeyStep(2))
    expect(sent.at(-1)).toMatchObject({ version: 2, params: { username: 'alex' } })
  })

  test('autofill: ends when the person goes on by other means', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(true)
    const { flow, server } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    await server(passkeyStep(2))
    flow.send({ type: 'submit', values: { username: 'alex' } })
    expect(ceremonies[0]?.aborted()).toBe(true)
  })

  test('autofill: without an answer the form works all the same', async () => {
    const { passkeys } = scriptedPasskeys(true)
    const { flow, server, unreachable, sent } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    flow.send({ type: 'submit', values: { username: 'alex' } })
    await unreachable()
    expect(sent.at(-1)).toMatchObject({ version: 1, params: { username: 'alex' } })
  })
})
