import { importJWK } from 'jose'
import * as oidc from 'openid-client'
import { describe, expect, inject, test } from 'vitest'
import { secretOf } from '../deployment/configuration.ts'
import { callback } from '../deployment/interop-apps.ts'
import { createPlainBrowser, signInAt } from '../deployment/plain-browser.ts'
import { person } from './people.ts'

const origin = inject('origin')

const discover = (clientId: string, authentication: oidc.ClientAuth, metadata: Partial<oidc.ClientMetadata> = {}) =>
  oidc.discovery(new URL(origin), clientId, metadata, authentication, { execute: [oidc.allowInsecureRequests] })

/** Code with PKCE, state and nonce, checked by the library, in a browser of its own. */
async function signIn(
  configuration: oidc.Configuration,
  who: number,
  parameters: Record<string, string> = {},
  browser = createPlainBrowser(),
) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const expectedState = oidc.randomState()
  const expectedNonce = oidc.randomNonce()
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: callback,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...parameters,
  })
  const answer = await signInAt(browser, url.href, person(who), callback)
  const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
    pkceCodeVerifier,
    expectedState,
    expectedNonce,
    idTokenExpected: true,
  })
  return { tokens, answer, browser }
}

describe('openid-client', () => {
  test('discovers the issuer by OpenID Connect and by RFC 8414', async () => {
    for (const algorithm of ['oidc', 'oauth2'] as const) {
      const configuration = await oidc.discovery(new URL(origin), 'es256', {}, oidc.None(), {
        algorithm,
        execute: [oidc.allowInsecureRequests],
      })
      expect(configuration.serverMetadata()).toMatchObject({
        issuer: origin,
        authorization_response_iss_parameter_supported: true,
        code_challenge_methods_supported: ['S256'],
        backchannel_logout_supported: true,
      })
    }
  })

  test.each([
    ['ES256', 'es256', oidc.ClientSecretBasic(secretOf('es256')), 1],
    ['RS256', 'rs256', oidc.ClientSecretPost(secretOf('rs256')), 2],
  ] as const)('signs in with code and PKCE; the ID token is %s', async (alg, clientId, authentication, who) => {
    const configuration = await discover(clientId, authentication, { id_token_signed_response_alg: alg })
    oidc.enableNonRepudiationChecks(configuration)
    const { tokens, answer } = await signIn(configuration, who)
    expect(answer.searchParams.get('iss')).toBe(origin)
    const claims = tokens.claims()
    expect(claims).toMatchObject({ iss: origin, aud: clientId, acr: 'urn:cardea:acr:single', amr: ['pwd'] })
    expect(tokens.expires_in).toBe(300)
    const sub = claims?.sub ?? ''
    expect(sub).toMatch(/^usr_/)
    const person = await oidc.fetchUserInfo(configuration, tokens.access_token, sub)
    expect(person).toMatchObject({ sub, email: `plain-${who}@people.test`, email_verified: true })
  })

  test('refreshes: every refresh token is used once, and a used one ends the grant', async () => {
    const configuration = await discover('es256', oidc.ClientSecretBasic(secretOf('es256')))
    const { tokens } = await signIn(configuration, 3)
    const first = tokens.refresh_token ?? ''
    const second = (await oidc.refreshTokenGrant(configuration, first)).refresh_token ?? ''
    expect(second).not.toBe(first)
    const third = await oidc.refreshTokenGrant(configuration, second)
    await expect(oidc.refreshTokenGrant(configuration, first)).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(oidc.refreshTokenGrant(configuration, third.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test.each(['ES256', 'RS256'] as const)('authenticates with private_key_jwt, signed by %s', async (alg) => {
    const key = await importJWK(inject('keys')[alg], alg)
    if (key instanceof Uint8Array) throw new Error('a key pair was expected')
    const configuration = await discover('signs-assertions', oidc.PrivateKeyJwt({ key, kid: alg }))
    const { tokens } = await signIn(configuration, alg === 'ES256' ? 4 : 5)
    expect(tokens.claims()).toMatchObject({ aud: 'signs-assertions' })
    expect(await oidc.tokenIntrospection(configuration, tokens.access_token)).toMatchObject({ active: true })
  })

  test('introspects and revokes: an access token is dead at once, a refresh token takes its grant along', async () => {
    const configuration = await discover('es256', oidc.ClientSecretBasic(secretOf('es256')))
    const { tokens } = await signIn(configuration, 6)
    const { sub } = tokens.claims() ?? { sub: '' }
    expect(await oidc.tokenIntrospection(configuration, tokens.access_token)).toMatchObject({
      active: true,
      sub,
      client_id: 'es256',
      iss: origin,
    })
    await oidc.tokenRevocation(configuration, tokens.access_token)
    expect(await oidc.tokenIntrospection(configuration, tokens.access_token)).toEqual({ active: false })
    await expect(oidc.fetchUserInfo(configuration, tokens.access_token, sub)).rejects.toMatchObject({ status: 401 })

    const next = await oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    await oidc.tokenRevocation(configuration, next.refresh_token ?? '')
    expect(await oidc.tokenIntrospection(configuration, next.access_token)).toEqual({ active: false })
    await expect(oidc.refreshTokenGrant(configuration, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('signs out where the ID token says who it is, and comes back with its state', async () => {
    const configuration = await discover('es256', oidc.ClientSecretBasic(secretOf('es256')))
    // Without offline_access a grant lives as long as its session (Back-Channel Logout §2.7).
    const { tokens, browser } = await signIn(configuration, 7, { scope: 'openid' })
    const back = 'http://localhost:29823/signed-out'
    const url = oidc.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: back,
      state: 'after-sign-out',
    })
    const page = await browser.open(url.href, back)
    expect(page.url).toBe(`${back}?state=after-sign-out`)
    await expect
      .poll(() => oidc.tokenIntrospection(configuration, tokens.access_token), { timeout: 5000 })
      .toEqual({ active: false })
    await expect(oidc.refreshTokenGrant(configuration, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(signIn(configuration, 7, { prompt: 'none' }, browser)).rejects.toMatchObject({
      error: 'login_required',
    })
  })

  test('prompt=none gives a code while the session lives; prompt=login asks again', async () => {
    const configuration = await discover('es256', oidc.ClientSecretBasic(secretOf('es256')))
    const { tokens, browser } = await signIn(configuration, 8)
    const silent = await signIn(configuration, 8, { prompt: 'none' }, browser)
    expect(silent.tokens.claims()).toMatchObject({
      sub: tokens.claims()?.sub,
      sid: tokens.claims()?.sid,
      auth_time: tokens.claims()?.auth_time,
    })
    const page = await browser.open(
      oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: callback,
        scope: 'openid',
        code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
        prompt: 'login',
      }).href,
      callback,
    )
    expect(page.status).toBe(200)
  })

  test('gets a token of its own by client_credentials', async () => {
    const configuration = await discover('machine', oidc.ClientSecretBasic(secretOf('machine')))
    const tokens = await oidc.clientCredentialsGrant(configuration, { scope: 'accounts:read' })
    expect(tokens).toMatchObject({ scope: 'accounts:read', expires_in: 300 })
    expect(tokens.refresh_token).toBeUndefined()
    const accounts = await oidc.fetchProtectedResource(
      configuration,
      tokens.access_token,
      new URL('/api/v1/accounts?limit=1', origin),
      'GET',
    )
    expect(accounts.status).toBe(200)
  })
})
