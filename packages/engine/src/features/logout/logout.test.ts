import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEngine } from '../../testing.ts'
import {
  eventually,
  isActive,
  jsonOf,
  oauthConfig,
  oauthEngine,
  post,
  refresh,
  signedInTo,
} from '../token/oauth.fixture.ts'

const bye = 'https://web.example/bye'

describe('sign-out', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const cookieOf = (value: string) => t.engine.sessions.cookie.set(value).split(';', 1)[0] ?? ''
  const ask = (
    method: 'GET' | 'POST',
    params: Record<string, string>,
    cookie?: string,
    headers: Record<string, string> = {},
  ) => {
    const form = new URLSearchParams(params)
    const all = { ...headers, ...(cookie === undefined ? {} : { cookie: cookieOf(cookie) }) }
    return method === 'GET'
      ? t.fetch(`/oidc/logout?${form}`, { headers: all })
      : t.fetch('/oidc/logout', { method, headers: all, body: form })
  }
  const isLive = async (cookie: string) => (await t.engine.sessions.findBySecret(cookie)) !== undefined

  test.each(['GET', 'POST'] as const)(
    '%s with a hint ends the session and returns to the app with its state',
    async (method) => {
      const { cookie, tokens } = await signedInTo(t, 'web')
      const params = { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye, state: 'a b&c' }
      const response = await ask(method, params, cookie)
      expect(response.status).toBe(303)
      expect(response.headers.get('location')).toBe(`${bye}?state=a+b%26c`)
      expect(response.headers.getSetCookie().join()).toMatch(/Max-Age=0/)
      expect(await isLive(cookie)).toBe(false)
    },
  )

  test('an expired hint is as good', async () => {
    const { cookie, tokens } = await signedInTo(t, 'web')
    t.clock.advance(2 * 3600_000)
    const response = await ask('GET', { id_token_hint: tokens.id_token }, cookie)
    expect([response.status, await isLive(cookie)]).toEqual([200, false])
  })

  test("another site's post comes without the cookie; the hint names the session", async () => {
    const { cookie, tokens } = await signedInTo(t, 'web')
    await ask('POST', { id_token_hint: tokens.id_token })
    expect(await isLive(cookie)).toBe(false)
  })

  test('another site with a hint of its own does not take this person’s cookie away', async () => {
    const { tokens } = await signedInTo(t, 'web', { username: 'bo' })
    const hint = { id_token_hint: tokens.id_token }
    // Without the cookie: the browser does not send it with another site's post.
    for (const params of [hint, { ...hint, response_mode: 'direct' }])
      expect((await ask('POST', params)).headers.getSetCookie()).toEqual([])
  })

  test('T-REF-06 the refresh token is refused after sign-out', async () => {
    const { cookie, tokens } = await signedInTo(t, 'web')
    await ask('GET', { id_token_hint: tokens.id_token }, cookie)
    expect(await eventually(async () => (await isActive(t, 'web', tokens.refresh_token)) === false)).toBe(true)
    const { status, body } = await post(t, '/oauth2/token', 'web', refresh(tokens.refresh_token))
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
    expect(await isActive(t, 'web', tokens.access_token)).toBe(false)
  })

  describe('without a valid hint the person is asked', () => {
    test("nothing ends before they agree; the form's token is bound to their browser", async () => {
      const { cookie } = await signedInTo(t, 'web')
      const { cookie: other } = await signedInTo(t, 'web', { username: 'bo' })
      const asking = await ask('GET', { client_id: 'web', post_logout_redirect_uri: bye }, cookie)
      expect(asking.status).toBe(200)
      expect(asking.headers.get('content-security-policy')).toContain("form-action 'self' https://web.example;")
      expect(await isLive(cookie)).toBe(true)

      const csrf = (value: string) => t.engine.mac(value, 'logout-confirmation')
      for (const wrong of ['', 'x', csrf(other)]) {
        await ask('POST', { client_id: 'web', csrf: wrong }, cookie)
        expect(await isLive(cookie)).toBe(true)
      }
      await ask('GET', { client_id: 'web', csrf: csrf(cookie) }, cookie)
      expect(await isLive(cookie)).toBe(true)

      const agreed = await ask('POST', { client_id: 'web', post_logout_redirect_uri: bye, csrf: csrf(cookie) }, cookie)
      expect([agreed.status, agreed.headers.get('location')]).toEqual([303, bye])
      expect(await isLive(cookie)).toBe(false)
    })

    test("somebody else's hint does not sign this person out", async () => {
      const { cookie } = await signedInTo(t, 'web')
      const { tokens } = await signedInTo(t, 'web', { username: 'bo' })
      expect((await ask('GET', { id_token_hint: tokens.id_token, post_logout_redirect_uri: bye }, cookie)).status).toBe(
        200,
      )
      expect(await isLive(cookie)).toBe(true)
    })

    test('a forged hint, an access token and nothing at all are no hints', async () => {
      const { cookie, tokens } = await signedInTo(t, 'web')
      for (const hint of [`${tokens.id_token}x`, tokens.access_token, 'a.b.c', '']) {
        expect((await ask('GET', { id_token_hint: hint }, cookie)).status).toBe(200)
        expect(await isLive(cookie)).toBe(true)
      }
    })
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    'javascript:alert(1)',
    'https:evil.example',
    'https://evil.example',
    `${bye}/`,
    `${bye}?x`,
    'https://web.example/cb',
  ])('T-RED-05 post_logout_redirect_uri %j is refused on a page', async (uri) => {
    const { cookie, tokens } = await signedInTo(t, 'web')
    const response = await ask('GET', { id_token_hint: tokens.id_token, post_logout_redirect_uri: uri }, cookie)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(await isLive(cookie)).toBe(true)
  })

  test('T-RED-05 an address without a client, or of another client, is refused', async () => {
    const { tokens } = await signedInTo(t, 'web')
    expect((await ask('GET', { post_logout_redirect_uri: bye })).status).toBe(400)
    expect((await ask('GET', { client_id: 'other', post_logout_redirect_uri: bye })).status).toBe(400)
    expect((await ask('GET', { client_id: 'other', id_token_hint: tokens.id_token })).status).toBe(400)
  })

  test('who is signed out already is sent on', async () => {
    const response = await ask('GET', { client_id: 'web', post_logout_redirect_uri: bye, state: 's' })
    expect(response.headers.get('location')).toBe(`${bye}?state=s`)
  })

  describe('app-native (response_mode=direct)', () => {
    const direct = (params: Record<string, string>, cookie?: string) =>
      ask('POST', { response_mode: 'direct', ...params }, cookie)

    test('the hint names the session; the answer is 200 without a body', async () => {
      const { cookie, tokens } = await signedInTo(t, 'web')
      const response = await direct({ id_token_hint: tokens.id_token })
      expect([response.status, await response.text()]).toEqual([200, ''])
      expect(await isLive(cookie)).toBe(false)
    })

    test('the cookie does too', async () => {
      const { cookie } = await signedInTo(t, 'web')
      expect((await direct({ client_id: 'web' }, cookie)).status).toBe(200)
      expect(await isLive(cookie)).toBe(false)
    })

    test('a sibling site, whose posts come with the cookie, ends nothing', async () => {
      const { cookie } = await signedInTo(t, 'web')
      const { tokens } = await signedInTo(t, 'web', { username: 'bo' })
      const params = { client_id: 'web', response_mode: 'direct' }
      for (const origin of ['https://sibling.example', 'null'])
        expect((await ask('POST', params, cookie, { origin })).status).toBe(400)
      const hinted = await ask('POST', { ...params, id_token_hint: tokens.id_token }, cookie, { origin: 'null' })
      expect(hinted.headers.getSetCookie()).toEqual([])
      expect(await isLive(cookie)).toBe(true)
      expect((await ask('POST', params, cookie, { origin: 'https://web.example' })).status).toBe(200)
      expect(await isLive(cookie)).toBe(false)
    })

    test.each([
      [{ client_id: 'web' }, 'ABA-60010'],
      [{}, 'ABA-60010'],
      [{ client_id: 'nobody' }, 'ABA-60010'],
      [{ client_id: 'third' }, 'ABA-60007'],
    ])('%j gets %s', async (params, code) => {
      const response = await direct(params)
      expect([response.status, (await jsonOf(response)).code]).toEqual([400, code])
    })
  })
})

describe('back-channel logout', () => {
  const received: { path: string; token: string }[] = []
  let failures = 0
  const app = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', token: new URLSearchParams(body).get('logout_token') ?? '' })
      response.writeHead(request.url === '/flaky' && failures-- > 0 ? 503 : 200).end()
    })
  })
  let t: Awaited<ReturnType<typeof testEngine>>
  beforeAll(async () => {
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
    const apps = oauthConfig.apps?.map((one) =>
      one.clientId === 'web' || one.clientId === 'rs256'
        ? { ...one, backchannelLogoutUri: `${origin}/${one.clientId === 'web' ? 'told' : 'flaky'}` }
        : one,
    )
    t = await testEngine({ config: { ...oauthConfig, ...(apps && { apps }) }, outboundAllow: [origin] })
  })
  afterAll(async () => {
    await t.close()
    app.close()
  })

  /** A sign-out from two apps, of which `flaky` fails so many times. */
  const signOut = async (fails: number) => {
    const { cookie, session, tokens } = await signedInTo(t, 'web')
    const live = await t.engine.sessions.findBySecret(cookie)
    if (!live) throw new Error('no session')
    await t.engine.store.unit((unit) => t.engine.sessions.addParticipant(unit, live, 'rs256'))
    received.length = 0
    failures = fails
    await t.fetch(`/oidc/logout?${new URLSearchParams({ id_token_hint: tokens.id_token })}`)
    expect(await eventually(async () => received.length >= 2)).toBe(true)
    return { live, session }
  }

  test('T-CRA-01 a process that dies over it tells every app once', async () => {
    const waiting = () =>
      t.engine.store
        .across('look at deliveries')
        .selectFrom('delivery')
        .selectAll()
        .where('subscriber', 'like', 'logout.%')
        .execute()
    // It comes as far as forgetting the delivery.
    const dies = sql`create trigger dies before delete on delivery when old.subscriber = 'logout.fan-out'
      begin select raise(abort, 'the process died'); end`
    await t.engine.store.unit(async (unit) => {
      await dies.execute(unit.across('make it die'))
    })
    const { session } = await signedInTo(t, 'web')
    received.length = 0
    const { id: org } = await t.engine.organizations.root()
    await t.engine.store.unit((unit) => t.engine.sessions.end(unit, org, session))
    expect(await eventually(async () => (await waiting()).some(({ error }) => error !== null))).toBe(true)
    await t.engine.store.unit(async (unit) => {
      await sql`drop trigger dies`.execute(unit.across('let it live'))
    })
    t.clock.advance(60_000)
    expect(await eventually(async () => received.length > 0 && (await waiting()).length === 0)).toBe(true)
    expect(received.map(({ token }) => decodeJwt(token).sid)).toEqual([session])
  })

  test('every app that took part is told once it has answered, by its own token', async () => {
    const { live, session } = await signOut(0)

    for (const [path, clientId, alg] of [
      ['/told', 'web', 'ES256'],
      ['/flaky', 'rs256', 'RS256'],
    ] as const) {
      const token = received.find((one) => one.path === path)?.token ?? ''
      expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'logout+jwt', alg })
      const claims = decodeJwt(token)
      expect(claims).toMatchObject({
        iss: t.publicUrl,
        aud: clientId,
        sub: live.account,
        sid: session,
        jti: expect.any(String),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
      expect(claims).not.toHaveProperty('nonce')
    }
  })

  test('an app that fails is told again, with the same jti, and the others are not', async () => {
    await signOut(1)
    // The dispatcher waits before it tries again: the clock of the engine decides when that is over.
    const again = async () => {
      t.clock.advance(60_000)
      return received.filter(({ path }) => path === '/flaky').length >= 2
    }
    expect(await eventually(again)).toBe(true)
    const tries = received.filter(({ path }) => path === '/flaky').map(({ token }) => decodeJwt(token).jti)
    expect(new Set(tries).size).toBe(1)
    expect(received.filter(({ path }) => path === '/told')).toHaveLength(1)
  })
})
