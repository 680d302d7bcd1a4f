import { afterAll, describe, expect, test } from 'vitest'
import { callback, oauthEngine } from '../token/oauth.fixture.ts'
import { answerOf, browser, parameters, signedInBrowser } from './authorize.fixture.ts'

describe('redirects of the authorization endpoint', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const alex = await signedInBrowser(t)
  const root = await t.engine.organizations.root()
  const loopback = ['http://127.0.0.1/cb', 'http://localhost:8000/app/cb', 'http://[::1]/cb', 'com.example.app:/cb']
  await t.engine.store.unit((unit) =>
    t.engine.clients.create(unit, {
      org: root.id,
      clientId: 'desktop',
      name: 'Desktop',
      authMethod: 'none',
      firstParty: true,
      redirectUris: loopback,
    }),
  )

  const shownHere = async (response: Response) => {
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('location')).toBeNull()
  }

  test.each([
    `${callback}/`,
    `${callback}?x=1`,
    `${callback}#a`,
    'https://web.example/CB',
    'https://web.example/cb%2f..',
    'https://web.example/cb/../cb',
    'https://web.example/./cb',
    'https://web.example//cb',
    '//evil.example',
    '//web.example/cb',
    'https://web.example@evil.example/cb',
    'https://user@web.example/cb',
    'https://web.example:443/cb',
    'https://web.example:8443/cb',
    'https://web.example\\@evil.example/cb',
    'https:\\\\web.example\\cb',
    'https:web.example/cb',
    'HTTPS://web.example/cb',
    'https://WEB.example/cb',
    'https://web.example./cb',
    'https://wéb.example/cb',
    'https://xn--wb-bja.example/cb',
    'https://web.example.evil.example/cb',
    'https://evil.example/?https://web.example/cb',
    'http://web.example/cb',
    ' https://web.example/cb',
    'https://web.example/cb ',
    'https://web.example/cb%00',
    'https://web.example/\tcb',
    'javascript:alert(1)',
    'data:text/html,x',
    '',
  ])('T-RED-01 %j is refused without redirecting', async (uri) => {
    await shownHere(await alex.get({ redirect_uri: uri }))
    await shownHere(await alex.post({ redirect_uri: uri }))
  })

  test.each([
    ['http://127.0.0.1:51004/cb', true],
    ['http://127.0.0.1/cb', true],
    ['http://localhost:9999/app/cb', true],
    ['http://[::1]:51004/cb', true],
    ['com.example.app:/cb', true],
    ['http://127.0.0.1:51004/other', false],
    ['http://127.0.0.1:51004/cb?x', false],
    ['http://127.0.0.1:51004/cb/', false],
    ['http://127.0.0.2:51004/cb', false],
    ['http://localhost.evil.tld:8000/app/cb', false],
    ['http://localhost:8000@evil.tld/app/cb', false],
    ['http://127.0.0.1:51004@evil.tld/cb', false],
    ['http://localhost:99999/app/cb', false],
    ['http://localhost:0/app/cb', false],
    ['https://localhost:8000/app/cb', false],
    ['com.example.app:/cb2', false],
    ['com.example.app:8000/cb', false],
  ])('T-RED-02 loopback: %s allowed: %s', async (uri, allowed) => {
    const response = await alex.get({ client_id: 'desktop', redirect_uri: uri })
    if (allowed) expect(response.headers.get('location')?.startsWith(`${uri}?code=`)).toBe(true)
    else await shownHere(response)
  })

  test.each([
    ['no client', { client_id: undefined }],
    ['an unknown client', { client_id: 'nobody' }],
    ['a client id of the prototype', { client_id: '__proto__' }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['a wrong response type and redirect URI', { response_type: 'token', redirect_uri: 'https://evil.example' }],
  ])('T-RED-03 %s is shown on a page here', async (_, change) => {
    await shownHere(await alex.get(change))
    await shownHere(await alex.post(change))
  })

  test('T-RED-03 what is wrong afterwards goes to the app', async () => {
    expect(answerOf(await alex.get({ response_type: 'token' }))).toMatchObject({ error: 'unsupported_response_type' })
  })

  test('T-RED-04 every redirect is a 303', async () => {
    const answers = [alex.get(), alex.post(), alex.post({ scope: 'audit:read' }), browser(t).post()]
    for (const response of await Promise.all(answers)) expect(response.status).toBe(303)
  })

  test('T-RED-06 success and error carry iss, and state exactly as it came', async () => {
    const state = parameters().get('state')
    const iss = t.publicUrl
    expect(answerOf(await alex.get())).toEqual({ code: expect.any(String), state, iss })
    expect(answerOf(await alex.get({ prompt: 'none login' }))).toMatchObject({ error: 'invalid_request', state, iss })
    expect(answerOf(await alex.get({ state: undefined }))).not.toHaveProperty('state')
    const long = answerOf(await alex.get({ state: 'x'.repeat(5000) }))
    expect(long).toMatchObject({ error: 'invalid_request' })
    expect(long).not.toHaveProperty('state')
  })

  test('T-RED-07 a forged host changes no link, no issuer and no cookie', async () => {
    const forged = new Request(`http://evil.example/oauth2/authorize?${parameters()}`, {
      redirect: 'manual',
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' },
    })
    const response = await t.fetch(forged)
    expect(response.status).toBe(303)
    expect(JSON.stringify([...response.headers])).not.toContain('evil.example')
  })

  test('form_post: the page sends itself, has a button without JavaScript, and may post to the app only', async () => {
    const response = await alex.get({ response_mode: 'form_post', state: '"><script>alert(1)</script>' })
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).toContain(`<form method="post" action="${callback}">`)
    expect(page).toMatch(/<button type="submit">/)
    expect(page).not.toContain('<script>alert(1)')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("form-action 'self' https://web.example;")
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    expect(page).toContain(`<script nonce="${nonce}">`)
  })

  test('form_post also carries errors', async () => {
    const page = await (await alex.get({ response_mode: 'form_post', prompt: 'none login' })).text()
    expect(page).toContain('name="error" value="invalid_request"')
  })
})
