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
const wait: FlowAnswer = {
  status: 'failed',
  transient: true,
  error: {
    code: 'request.rate_limited',
    reason: 'request.rate_limited',
    description: '',
    traceId: 't1',
    params: { seconds: '2' },
  },
}
const consent = step(1, [], {
  stepType: 'CONSENT',
  consent: {
    client: { name: 'Reports' },
    account: { name: 'Alex', identifier: 'alex' },
    scopes: [],
    redirectHost: 'reports.test',
    offline: false,
  },
})
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

  test('a server that is busy for a moment ends nothing: the step stays, with its words', async () => {
    const { flow, server, sent } = drive()
    flow.begin()
    await server(step(1, [password]))
    flow.send({ type: 'submit', values: { password: 'x' } })
    await server(wait)
    expect(perceive(flow)).toMatchObject({
      kind: 'password',
      busy: false,
      alert: 'request.rate_limited seconds=2',
    })
    flow.send({ type: 'submit', values: { password: 'x' } })
    expect(sent).toHaveLength(2)
  })

  test('one that is busy at the start has no step to stay on', async () => {
    const { flow, server } = drive()
    flow.begin()
    await server(wait)
    expect(perceive(flow)).toMatchObject({ type: 'failed', message: 'request.rate_limited seconds=2' })
  })

  test('denying a consent spins no other button, not while the page is left either', async () => {
    const { flow, server } = drive()
    flow.begin()
    await server(consent)
    flow.send({ type: 'decide', decision: 'deny' })
    expect(perceive(flow)).toMatchObject({ spins: ['deny'] })
    await server({ status: 'redirect', url: '/denied' })
    expect(perceive(flow)).toMatchObject({ busy: true, spins: ['deny'] })
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

  test('the words of an ended flow have the focus', async () => {
    const { flow, server } = drive()
    flow.begin()
    await server(failed('flow.expired'))
    expect(perceive(flow)).toMatchObject({ type: 'failed', message: 'flow.expired', focus: 'f-heading' })
  })

  test('whoever left meanwhile is not led on, but the session is theirs', async () => {
    const { flow, server, did } = drive()
    flow.begin()
    await server(step(1, [password]))
    flow.send({ type: 'submit', values: { password: 'x' } })
    flow.end()
    await server({ ...signedIn, adoptUrl: 'https://id.test/session/adopt' })
    expect(did).toEqual(['adopt signed-in'])
    expect(flow.get().type).toBe('step')
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

describe('hosted sign-in came back with an error', () => {
  const hosted = ({ returnTo }: { returnTo?: string }) => `/auth/login?returnTo=${returnTo}`
  const at = (location: string) => {
    const did: string[] = []
    const runtime = {
      navigate: (url: string) => void did.push(`navigate ${url}`),
      reload() {},
      location: () => location,
      replace: (path: string) => void did.push(`replace ${path}`),
    }
    return { ...drive({ hosted, runtime }), did }
  }

  test('nothing starts by itself; starting again comes back to the page without it', async () => {
    const { flow, did, started, server } = at('/x?cardea_error=authorization.access_denied')
    flow.begin()
    expect(perceive(flow)).toMatchObject({ type: 'failed', message: 'authorization.access_denied' })
    expect([did, started]).toEqual([[], []])
    flow.send({ type: 'start' })
    expect(started).toEqual([{ returnTo: '/x' }])
    await server(failed('authorization.native_not_enabled'))
    expect(did).toEqual(['replace /x', 'navigate /auth/login?returnTo=/x'])
  })

  test.each([
    ['/x?a=1&cardea_error=bff.csrf&b=2#part', '/x?a=1&b=2#part'],
    ['/x?a=1&cardea_error=bff.csrf', '/x?a=1'],
    ['/x?cardea_error=bff.csrf#part', '/x#part'],
  ])('%s is the page %s', (location, returnTo) => {
    const { flow, started } = at(location)
    flow.begin()
    flow.send({ type: 'start' })
    expect(started).toEqual([{ returnTo }])
  })

  test('what is no code of ours is nothing', () => {
    const { flow, started } = at('/x?cardea_error=constructor')
    flow.begin()
    expect(started).toHaveLength(1)
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

  test('autofill: a challenge that is there already waits, also when the app has said who it will be', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(true)
    const { flow, server, sent } = drive({ passkeys })
    flow.begin()
    await server(step(1, [started], { alternatives: [identifier], identifier: 'alex' }))
    expect(sent).toEqual([])
    expect(ceremonies).toMatchObject([{ conditional: true }])
    expect(perceive(flow)).toMatchObject({ kind: 'identifier', busy: false })
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

  test('autofill: is offered again after a lost connection', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(true)
    const { flow, server, unreachable } = drive({ passkeys })
    flow.begin()
    await server(step(1, first))
    await server(passkeyStep(2))
    flow.send({ type: 'submit', values: { username: 'alex' } })
    await unreachable()
    expect(ceremonies.map(({ aborted }) => aborted())).toEqual([true, false])
  })

  test('autofill: a browser that cannot say whether it has it has none', async () => {
    const { passkeys } = scriptedPasskeys(true)
    const { flow, server, sent } = drive({
      passkeys: { ...passkeys, conditional: () => Promise.reject(new Error('blocked')) },
    })
    flow.begin()
    await server(step(1, first))
    flow.send({ type: 'submit', values: { username: 'alex' } })
    expect(sent).toMatchObject([{ version: 1, params: { username: 'alex' } }])
  })

  test.each(['before it was asked whether the browser can', 'before its challenge came'])(
    'autofill: nothing waits in the browser for somebody who left %s',
    async (when) => {
      const { passkeys, ceremonies } = scriptedPasskeys(true)
      const { flow, server, sent } = drive({ passkeys })
      flow.begin()
      const shown = server(step(1, first))
      await (when.startsWith('before its') ? shown : Promise.resolve())
      flow.end()
      await shown
      await server(passkeyStep(2))
      expect(ceremonies).toEqual([])
      expect(sent.length).toBeLessThan(2)
    },
  )

  test('the dialog is open and the person picks the password: the dialog is over, nothing spins', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(false)
    const { flow, server } = drive({ passkeys })
    flow.begin()
    await server(step(1, [password, started], { identifier: 'alex' }))
    flow.send(choose)
    expect(perceive(flow)).toMatchObject({ kind: 'passkey', spins: ['primary'], live: 'passkey.waiting' })
    flow.send({ type: 'choose', authenticatorId: password.authenticatorId })
    expect(ceremonies[0]?.aborted()).toBe(true)
    expect(perceive(flow)).toMatchObject({ kind: 'password', busy: false, spins: [] })
  })

  test('its answer is on its way: another press opens no second dialog', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(false)
    const { flow, server } = drive({ passkeys })
    flow.begin()
    await server(step(1, [started], { identifier: 'alex' }))
    flow.send({ type: 'passkey' })
    await ceremonies[0]?.end({ type: 'answered', tokenResponse: 'proof' })
    expect(perceive(flow)).toMatchObject({ spins: ['primary'], live: 'signIn.checking' })
    flow.send({ type: 'passkey' })
    expect(ceremonies).toHaveLength(1)
  })

  test('its answer is on its way: "Not now" does not post the same version again', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(false)
    const { flow, server, sent } = drive({ passkeys })
    flow.begin()
    await server(step(1, [option('passkey', [], { challengeData: 'e30', enrolment: 'true', skippable: 'true' })]))
    flow.send({ type: 'passkey' })
    await ceremonies[0]?.end({ type: 'answered', tokenResponse: 'proof' })
    flow.send({ type: 'skip' })
    expect(sent).toHaveLength(1)
  })

  test('a new step finds no dialog of the one before', async () => {
    const { passkeys, ceremonies } = scriptedPasskeys(false)
    const { flow, server } = drive({ passkeys })
    flow.begin()
    await server(step(1, [started], { identifier: 'alex' }))
    flow.send({ type: 'passkey' })
    flow.send({ type: 'answered', answer: step(2, [password], { identifier: 'alex' }) })
    expect(ceremonies[0]?.aborted()).toBe(true)
  })
})
