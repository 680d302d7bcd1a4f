import { nativeAuthenticators } from '@cardea/protocol/constants'
import { describe, expect, inject, test } from 'vitest'
import { password, totpSecretOf } from '../deployment/configuration.ts'
import { callback } from '../deployment/interop-apps.ts'
import { createPlainBrowser, signInAt } from '../deployment/plain-browser.ts'
import { totpCode } from '../deployment/totp.ts'
import { answer, basic, redeem, send, signInNatively, start, startOf } from '../interop/native.ts'
import { person } from '../interop/people.ts'

const origin = inject('origin')

const tokensOf = async (response: Response) => ({
  status: response.status,
  body: (await response.json()) as { access_token: string; refresh_token: string; error?: string },
})

const post = (path: string, clientId: string, parameters: Record<string, string>) =>
  fetch(origin + path, { method: 'POST', headers: basic(clientId), body: new URLSearchParams(parameters) })

const isActive = async (clientId: string, token: string) =>
  ((await (await post('/oauth2/introspect', clientId, { token })).json()) as { active: boolean }).active

describe('codes and tokens in other hands', () => {
  test('T-COD-01 a code used again is refused, and what it gave is dead', async () => {
    const { code, verifier } = await signInNatively('native', person(51))
    const first = await tokensOf(await redeem('native', code, verifier))
    expect(first.status).toBe(200)
    expect(await isActive('native', first.body.access_token)).toBe(true)
    const again = await tokensOf(await redeem('native', code, verifier))
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    await expect.poll(() => isActive('native', first.body.access_token), { timeout: 5000 }).toBe(false)
    const refresh = await tokensOf(
      await post('/oauth2/token', 'native', { grant_type: 'refresh_token', refresh_token: first.body.refresh_token }),
    )
    expect(refresh).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('T-COD-02 of ten redemptions at once exactly one succeeds', async () => {
    const { code, verifier } = await signInNatively('native', person(52))
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem('native', code, verifier)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('T-COD-03 T-COD-04 T-COD-06 another client, verifier or redirect URI is refused', async () => {
    const attempts = [
      (code: string, verifier: string) => redeem('other-native', code, verifier),
      (code: string) => redeem('native', code, 'x'.repeat(43)),
      (code: string, verifier: string) =>
        post('/oauth2/token', 'native', {
          grant_type: 'authorization_code',
          code,
          redirect_uri: `${callback}/other`,
          code_verifier: verifier,
        }),
      (code: string) =>
        post('/oauth2/token', 'native', { grant_type: 'authorization_code', code, redirect_uri: callback }),
    ]
    for (const attempt of attempts) {
      const { code, verifier } = await signInNatively('native', person(53))
      const refused = await tokensOf(await attempt(code, verifier))
      expect(refused.status).toBe(400)
      expect(refused.body.access_token).toBeUndefined()
    }
  })

  test('T-REF-02 of ten refreshes at once with the same token exactly one succeeds', async () => {
    const { code, verifier } = await signInNatively('native', person(54))
    const { body } = await tokensOf(await redeem('native', code, verifier))
    const parameters = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/oauth2/token', 'native', parameters)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('T-REF-05 T-TOK-04 another client neither refreshes, sees nor revokes them', async () => {
    const { code, verifier } = await signInNatively('native', person(55))
    const { body } = await tokensOf(await redeem('native', code, verifier))
    const refresh = await tokensOf(
      await post('/oauth2/token', 'other-native', { grant_type: 'refresh_token', refresh_token: body.refresh_token }),
    )
    expect(refresh).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await isActive('other-native', body.access_token)).toBe(false)
    expect(await isActive('other-native', body.refresh_token)).toBe(false)
    expect((await post('/oauth2/revoke', 'other-native', { token: body.refresh_token })).status).toBe(200)
    expect(await isActive('native', body.access_token)).toBe(true)
  })

  test('T-TOK-05 revoking twice is fine, and holds', async () => {
    const { code, verifier } = await signInNatively('native', person(56))
    const { body } = await tokensOf(await redeem('native', code, verifier))
    for (let times = 0; times < 2; times += 1)
      expect((await post('/oauth2/revoke', 'native', { token: body.access_token })).status).toBe(200)
    await expect.poll(() => isActive('native', body.access_token), { timeout: 5000 }).toBe(false)
  })
})

describe('app-native flows in other hands', () => {
  const identify = (flowId: string, clientId: string) =>
    send(
      {
        flowId,
        selectedAuthenticator: {
          authenticatorId: nativeAuthenticators.identifier.id,
          params: { username: person(57).username },
        },
      },
      basic(clientId),
    )

  test('T-NAT-03 another client’s credentials do not go on with a flow', async () => {
    const { body } = await start(startOf('native').parameters, basic('native'))
    const crossed = await identify(body.flowId, 'other-native')
    expect(crossed).toMatchObject({ status: 400, body: { code: 'ABA-60009' } })
    expect((await identify(body.flowId, 'native')).status).toBe(200)
  })

  test('T-NAT-01 an app of somebody else may not sign in natively', async () => {
    const parameters = { ...startOf('third-party').parameters, redirect_uri: 'http://localhost:29823/callback' }
    const refused = await start(parameters, basic('third-party'))
    expect(refused).toMatchObject({ status: 400, body: { code: 'ABA-60007' } })
  })

  test('T-NAT-02 a step cannot be skipped, nor an old one played again', async () => {
    const { body } = await start(startOf('two-factors').parameters, basic('two-factors'))
    const skipped = await answer(body.flowId, 'totp', { token: '123456' })
    expect(skipped).toMatchObject({ status: 400, body: { code: 'ABA-60004' } })
    const [own, other] = [person(1, 'enrolled').username, person(2, 'enrolled').username]
    const first = await answer(body.flowId, 'password', { username: own, password })
    expect(first).toMatchObject({ status: 200, body: { flowStatus: 'INCOMPLETE', nextStep: { identifier: own } } })
    const replayed = await answer(body.flowId, 'password', { username: other, password })
    expect(replayed).toMatchObject({ status: 400, body: { code: 'ABA-60004' } })
    // Whose flow it is has not changed: the other's code is wrong, and one's own ends it.
    const others = await answer(body.flowId, 'totp', { token: totpCode(totpSecretOf(other)) })
    expect(others).toMatchObject({ status: 200, body: { flowStatus: 'FAIL_INCOMPLETE' } })
    expect(others.body.authData).toBeUndefined()
    const owns = await answer(body.flowId, 'totp', { token: totpCode(totpSecretOf(own)) })
    expect(owns).toMatchObject({ status: 200, body: { flowStatus: 'SUCCESS_COMPLETED' } })
  })

  test('T-NAT-04 of ten answers at once with one version exactly one is judged', async () => {
    const { body } = await start(startOf('native').parameters, basic('native'))
    const second = await answer(body.flowId, 'identifier', { username: person(58).username })
    const { version } = second.body
    const guesses = await Promise.all(
      Array.from({ length: 10 }, (_, guess) =>
        send({
          flowId: body.flowId,
          version,
          selectedAuthenticator: {
            authenticatorId: nativeAuthenticators.password.id,
            params: { password: guess === 0 ? password : `wrong-${guess}` },
          },
        }),
      ),
    )
    const rejected = guesses.filter(
      ({ body: said }) => said.nextStep?.messages[0]?.i18nKey === 'message.password.rejected',
    )
    const completed = guesses.filter(({ body: said }) => said.authData !== undefined)
    expect(completed.length + rejected.length).toBe(1)
  })

  test('a ticket to adopt the session works once, and leads to the app’s own addresses only', async () => {
    const ticket = async (who: number) => {
      const { body } = await start(startOf('native').parameters, basic('native'))
      await send(
        {
          flowId: body.flowId,
          selectedAuthenticator: {
            authenticatorId: nativeAuthenticators.identifier.id,
            params: { username: person(who).username },
          },
        },
        basic('native'),
      )
      const done = await send(
        {
          flowId: body.flowId,
          selectedAuthenticator: { authenticatorId: nativeAuthenticators.password.id, params: { password } },
        },
        basic('native'),
      )
      return done.body.authData.adopt_ticket ?? ''
    }
    const adopt = (value: string, returnTo: string) =>
      fetch(`${origin}/session/adopt?${new URLSearchParams({ ticket: value, return_to: returnTo })}`, {
        redirect: 'manual',
      })
    const good = await ticket(59)
    const first = await adopt(good, 'http://localhost:29823/back')
    expect(first.status).toBe(303)
    expect(first.headers.getSetCookie().length).toBeGreaterThan(0)
    const again = await adopt(good, 'http://localhost:29823/back')
    expect(again.status).toBe(400)
    expect(again.headers.getSetCookie()).toEqual([])
    for (const elsewhere of ['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)', '']) {
      const refused = await adopt(await ticket(59), elsewhere)
      expect(refused.status, elsewhere).toBe(400)
      expect(refused.headers.get('location'), elsewhere).toBeNull()
    }
  })
})

describe('hosted pages in other hands', () => {
  const address = () => {
    const { parameters } = startOf('es256', { response_mode: 'query' })
    return `${origin}/oauth2/authorize?${new URLSearchParams(parameters)}`
  }

  test('a form with the token of another flow or browser is refused, and the flow goes on where it was', async () => {
    const [victim, attacker] = [createPlainBrowser(), createPlainBrowser()]
    const own = await victim.open(address())
    const foreign = await attacker.open(address())
    const mine = own.forms.find(({ inputs }) => inputs.includes('username'))
    const theirs = foreign.forms.find(({ inputs }) => inputs.includes('username'))
    if (!mine || !theirs) throw new Error('no form')
    const attempt = (action: string, fields: Readonly<Record<string, string>>, cookie: string, from: string) =>
      fetch(action, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: from },
        body: new URLSearchParams({ ...fields, username: person(60).username }),
      })
    const cookie = victim.cookies(own.url)
    // Whose browser it is gets its page again and is told; any other is refused outright.
    const backToOwnPage = [303, `${own.url}&notice=flow.csrf`]
    const refused = [400, null]
    const crossed = [
      ['another flow’s token', { ...mine.fields, csrf: theirs.fields.csrf ?? '' }, cookie, origin, backToOwnPage],
      ['no token', { ...mine.fields, csrf: '' }, cookie, origin, backToOwnPage],
      ['another site', mine.fields, cookie, 'https://evil.test', backToOwnPage],
      ['another browser’s cookie', mine.fields, attacker.cookies(foreign.url), origin, refused],
      ['no cookie', mine.fields, '', origin, refused],
    ] as const
    for (const [what, fields, sent, from, expected] of crossed) {
      const { status, headers } = await attempt(mine.action, fields, sent, from)
      expect([status, headers.get('location')], what).toEqual(expected)
      expect(headers.getSetCookie(), what).toEqual([])
    }
    const still = await victim.open(own.url)
    expect(still.forms.some(({ inputs }) => inputs.includes('username'))).toBe(true)
    const callbackUrl = await signInAt(victim, own.url, person(60), callback)
    expect(callbackUrl.searchParams.get('code')).toBeTruthy()
  })

  test('T-SES-01 a session cookie that was planted before is not the one after sign-in', async () => {
    const attacker = createPlainBrowser()
    await attacker.open(address())
    // All the attacker was given before signing in, and a session they have chosen.
    const chosen = 'x'.repeat(43)
    const planted = `${attacker.cookies(origin)}; cardea_session=${chosen}`
    const victim = createPlainBrowser(planted)
    expect(victim.cookies(origin)).toBe(planted)
    await signInAt(victim, address(), person(61), callback)
    const session = /\bcardea_session=([^;]*)/.exec(victim.cookies(origin))?.[1] ?? ''
    expect(session).toMatch(/^[\w-]{43}$/)
    expect(session).not.toBe(chosen)
    const opened = async (cookies: string) => (await createPlainBrowser(cookies).open(address(), callback)).url
    expect(await opened(planted)).toContain(`${origin}/signin`)
    expect(await opened(`cardea_session=${session}`)).toContain(`${callback}?code=`)
  })

  test('T-RED-01 an address that is not registered is told on our own page, never followed', async () => {
    const registered = callback
    const addresses = [
      `${registered}/`,
      `${registered}?x=1`,
      registered.toUpperCase(),
      `${registered}%2f..`,
      '//evil.test/callback',
      'http://localhost:29823@evil.test/callback',
      `${registered}#fragment`,
      'http:\\\\evil.test\\callback',
      'http://localhost.evil.test:29823/callback',
      'http://ⓛocalhost:29823/callback',
      'javascript:alert(1)',
      '',
    ]
    for (const redirectUri of addresses) {
      const { parameters } = startOf('es256', { response_mode: 'query', redirect_uri: redirectUri })
      const response = await fetch(`${origin}/oauth2/authorize?${new URLSearchParams(parameters)}`, {
        redirect: 'manual',
      })
      expect(response.status, redirectUri).toBe(400)
      expect(response.headers.get('location'), redirectUri).toBeNull()
    }
  })
})
