import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { softwareAuthenticator } from '../../authenticators/passkey/software-authenticator.fixture.ts'
import { currentCode } from '../../authenticators/totp/code.ts'
import type { SignedIn } from '../../domain/api/tokens.fixture.ts'
import { portal, signedIn } from '../../domain/api/tokens.fixture.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

const app = { ...portal, accessTokenLifetime: 3600 }
const racers = ['jan', 'kit', 'lea', 'max', 'nia']
const person = (username: string, rest: object = {}) => ({ username, password: `demo-${username}-2026-long`, ...rest })

describe.each(['sqlite', 'postgres'] as const)('my ways to sign in on %s', (store) => {
  let engine: TestEngine
  beforeAll(async () => {
    const accounts = ['ada', 'bea', 'cem', 'dan', 'eve', 'fay', 'hal', ...racers, 'ira', 'oli', 'pia', 'quin'].map(
      (name) => person(name),
    )
    accounts.push(person('gil', { email: 'gil@demo.test', emailVerified: true }))
    engine = await testEngine({ store, config: { apps: [app], accounts } })
  })
  afterAll(() => engine.close())

  const me = async (who: SignedIn, path: string, method = 'GET', body?: unknown) => {
    const answer = await engine.fetch(`/api/v1/me${path}`, {
      method,
      headers: { authorization: who.authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return {
      status: answer.status,
      headers: answer.headers,
      body: answer.status === 204 ? undefined : JSON.parse(await answer.text()),
    }
  }
  const start = (who: SignedIn) => me(who, '/factors/enrolments', 'POST', { authenticator: 'totp' })
  const codeOf = (started: { body: { data: { secret: string } } }) =>
    currentCode(started.body.data.secret, engine.clock.now())
  const wrong = (code: string) => (code === '000000' ? '111111' : '000000')
  const finish = (who: SignedIn, id: string, token: string) =>
    me(who, `/factors/enrolments/${id}`, 'POST', { params: { token } })

  const addPasskey = async (who: SignedIn) => {
    const { body } = await me(who, '/factors/enrolments', 'POST', { authenticator: 'passkey' })
    const tokenResponse = softwareAuthenticator(engine.publicUrl).create(body.data.challengeData)
    return (await me(who, `/factors/enrolments/${body.id}`, 'POST', { params: { tokenResponse } })).body
  }

  test('an authenticator app is added with its code, after mistyping it', async () => {
    const ada = await signedIn(engine, 'ada')
    const started = await start(ada)
    expect(started).toMatchObject({
      status: 201,
      body: {
        authenticator: 'totp',
        params: ['token'],
        data: { secret: expect.any(String), otpauthUri: expect.any(String), qrCode: expect.any(String) },
      },
    })
    const mistyped = await finish(ada, started.body.id, wrong(codeOf(started)))
    expect(mistyped.body).toMatchObject({ code: 'totp.rejected' })
    const done = await finish(ada, started.body.id, codeOf(started))
    expect(done).toMatchObject({ status: 201, body: { authenticator: 'totp', id: expect.stringMatching(/^fac_/) } })
    const { body } = await me(ada, '/factors')
    expect(body.items.map((factor: { authenticator: string }) => factor.authenticator).sort()).toEqual([
      'password',
      'totp',
    ])
    expect(body.enrollable).toEqual(expect.arrayContaining(['totp', 'passkey']))
    expect(JSON.stringify(body)).not.toContain(started.body.data.secret)
    // Used up.
    expect((await finish(ada, started.body.id, codeOf(started))).body).toMatchObject({ code: 'api.enrolment_over' })
  })

  test('of many answers at the same time one is judged', async () => {
    const bea = await signedIn(engine, 'bea')
    const started = await start(bea)
    const code = codeOf(started)
    const answers = await Promise.all(Array.from({ length: 20 }, () => finish(bea, started.body.id, code)))
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 410)])
  })

  test('an enrolment belongs to the account and the session it was started in', async () => {
    const cem = await signedIn(engine, 'cem')
    const started = await start(cem)
    const elsewhere = await signedIn(engine, 'cem')
    const dan = await signedIn(engine, 'dan')
    for (const stranger of [elsewhere, dan])
      expect((await finish(stranger, started.body.id, codeOf(started))).body).toMatchObject({
        code: 'api.enrolment_over',
      })
    expect((await finish(cem, started.body.id, codeOf(started))).status).toBe(201)
  })

  test('an enrolment ends after ten minutes and after five wrong codes', async () => {
    const dan = await signedIn(engine, 'dan')
    const guessed = await start(dan)
    for (let round = 0; round < 5; round += 1)
      expect((await finish(dan, guessed.body.id, wrong(codeOf(guessed)))).body.code).toBe('totp.rejected')
    expect((await finish(dan, guessed.body.id, codeOf(guessed))).body.code).toBe('api.enrolment_over')
    const forgotten = await start(dan)
    engine.clock.advance(10 * 60_000)
    expect((await finish(dan, forgotten.body.id, codeOf(forgotten))).body.code).toBe('api.enrolment_over')
  })

  test('adding and removing need a sign-in of the last ten minutes', async () => {
    const eve = await signedIn(engine, 'eve')
    engine.clock.advance(11 * 60_000)
    const later = await signedIn(engine, 'eve')
    const stale = await start(eve)
    expect(stale).toMatchObject({ status: 401, body: { code: 'api.reauthentication_required' } })
    expect(stale.headers.get('www-authenticate')).toContain('insufficient_user_authentication')
    const { body } = await me(eve, '/factors')
    expect((await me(eve, `/factors/${body.items[0].id}`, 'DELETE')).status).toBe(401)
    expect((await start(later)).status).toBe(201)
  })

  test('the last way in cannot be removed', async () => {
    const fay = await signedIn(engine, 'fay')
    const { body } = await me(fay, '/factors')
    const answer = await me(fay, `/factors/${body.items[0].id}`, 'DELETE')
    expect(answer).toMatchObject({ status: 409, body: { code: 'api.last_factor' } })
    expect((await me(fay, '/factors')).body.items).toHaveLength(1)
  })

  test('T-SES-05 removing a factor ends the other sessions', async () => {
    const gil = await signedIn(engine, 'gil')
    const other = await signedIn(engine, 'gil')
    const { body } = await me(gil, '/factors')
    // The e-mail code is another way in.
    expect((await me(gil, `/factors/${body.items[0].id}`, 'DELETE')).status).toBe(204)
    expect((await me(gil, '/factors')).body.items).toEqual([])
    await expect.poll(async () => (await me(other, '/sessions')).status).toBe(401)
    expect((await me(gil, '/sessions')).body.items).toHaveLength(1)
  })

  test('of two ways in that are removed at the same moment one stays', async () => {
    for (const name of racers) {
      const racer = await signedIn(engine, name)
      await addPasskey(racer)
      const { body } = await me(racer, '/factors')
      const removals = body.items.map((factor: { id: string }) => me(racer, `/factors/${factor.id}`, 'DELETE'))
      const answers = await Promise.all<{ status: number }>(removals)
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
      expect((await me(racer, '/factors')).body.items).toHaveLength(1)
    }
  })

  test('T-SES-05 a factor stays when the other sessions cannot be ended, and is removed by the next try', async () => {
    const ira = await signedIn(engine, 'ira')
    const other = await signedIn(engine, 'ira')
    const passkey = await addPasskey(ira)
    const broken = vi.spyOn(engine.engine.sessions, 'endAll').mockRejectedValue(new Error('the database went away'))
    expect((await me(ira, `/factors/${passkey.id}`, 'DELETE')).status).toBe(500)
    broken.mockRestore()
    expect((await me(ira, '/factors')).body.items).toHaveLength(2)
    expect((await me(ira, `/factors/${passkey.id}`, 'DELETE')).status).toBe(204)
    await expect.poll(async () => (await me(other, '/sessions')).status).toBe(401)
  })

  test('T-SES-05 replacing the authenticator app ends the other sessions, and what apps got in them', async () => {
    const oli = await signedIn(engine, 'oli')
    const other = await signedIn(engine, 'oli')
    const first = await start(oli)
    const added = await finish(oli, first.body.id, codeOf(first))
    expect(added.status).toBe(201)
    expect((await me(other, '/sessions')).body.items).toHaveLength(2)
    const second = await start(oli)
    expect((await finish(oli, second.body.id, codeOf(second))).body).toMatchObject({ id: added.body.id })
    await expect.poll(async () => (await me(other, '/sessions')).status).toBe(401)
    expect((await me(oli, '/sessions')).body.items).toMatchObject([{ id: oli.session, current: true }])
  })

  test('T-SES-05 the authenticator app stays what it was when the other sessions cannot be ended', async () => {
    const pia = await signedIn(engine, 'pia')
    const first = await start(pia)
    await finish(pia, first.body.id, codeOf(first))
    const secretOf = async () => (await engine.engine.factors.of(root, pia.account, 'totp')).map(({ secret }) => secret)
    const root = (await engine.engine.organizations.root()).id
    const before = await secretOf()
    const second = await start(pia)
    const broken = vi.spyOn(engine.engine.sessions, 'endAll').mockRejectedValue(new Error('the database went away'))
    expect((await finish(pia, second.body.id, codeOf(second))).status).toBe(500)
    broken.mockRestore()
    expect(await secretOf()).toEqual(before)
  })

  test('an answer without its code is no try: the enrolment stays', async () => {
    const quin = await signedIn(engine, 'quin')
    const started = await start(quin)
    const path = `/factors/enrolments/${started.body.id}`
    for (let round = 0; round < 6; round += 1)
      expect((await me(quin, path, 'POST', { params: {} })).body).toMatchObject({ code: 'credential.missing' })
    expect((await finish(quin, started.body.id, codeOf(started))).status).toBe(201)
  })

  test('an enrolment of which nobody knows how it ended is over', async () => {
    const quin = await signedIn(engine, 'quin')
    const started = await start(quin)
    const broken = vi.spyOn(engine.engine.factors, 'change').mockRejectedValue(new Error('the database went away'))
    expect((await finish(quin, started.body.id, codeOf(started))).status).toBe(500)
    broken.mockRestore()
    expect((await finish(quin, started.body.id, codeOf(started))).body.code).toBe('api.enrolment_over')
  })

  test('a passkey is added with a name, renamed, and removed', async () => {
    const hal = await signedIn(engine, 'hal')
    const started = await me(hal, '/factors/enrolments', 'POST', { authenticator: 'passkey' })
    expect(started.body).toMatchObject({ authenticator: 'passkey', data: { challengeData: expect.any(String) } })
    const tokenResponse = softwareAuthenticator(engine.publicUrl).create(started.body.data.challengeData)
    const params = Object.fromEntries(started.body.params.map((name: string) => [name, tokenResponse]))
    const added = await me(hal, `/factors/enrolments/${started.body.id}`, 'POST', { params, name: 'Work laptop' })
    expect(added).toMatchObject({
      status: 201,
      body: { authenticator: 'passkey', name: 'Work laptop', renamable: true },
    })
    const renamed = await me(hal, `/factors/${added.body.id}`, 'PATCH', { name: 'Old laptop' })
    expect(renamed.body).toMatchObject({ name: 'Old laptop' })
    const { body } = await me(hal, '/factors')
    expect(body.items.map((factor: { name?: string }) => factor.name)).toContain('Old laptop')
    const password = body.items.find((factor: { authenticator: string }) => factor.authenticator === 'password')
    expect((await me(hal, `/factors/${password.id}`, 'PATCH', { name: 'x' })).status).toBe(422)
    // With a passkey the password is not the last way in, but then the passkey is.
    expect((await me(hal, `/factors/${password.id}`, 'DELETE')).status).toBe(204)
    expect((await me(hal, `/factors/${added.body.id}`, 'DELETE')).body).toMatchObject({ code: 'api.last_factor' })
  })

  test.each(['password', 'identifier', 'email-otp', 'no-such-thing'])(
    '%s cannot be enrolled here',
    async (authenticator) => {
      const hal = await signedIn(engine, 'hal')
      expect((await me(hal, '/factors/enrolments', 'POST', { authenticator })).status).toBe(404)
    },
  )

  test('of somebody else do not exist for me', async () => {
    const ada = await signedIn(engine, 'ada')
    const bea = await signedIn(engine, 'bea')
    const { body } = await me(bea, '/factors')
    for (const factor of body.items) {
      expect((await me(ada, `/factors/${factor.id}`, 'DELETE')).status).toBe(404)
      expect((await me(ada, `/factors/${factor.id}`, 'PATCH', { name: 'mine' })).status).toBe(404)
    }
    expect((await me(bea, '/factors')).body.items).toHaveLength(body.items.length)
  })
})
