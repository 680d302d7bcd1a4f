import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { afterAll, describe, expect, test } from 'vitest'
import { assertionKey, authorized, callback, oauthEngine, secret } from './oauth.fixture.ts'

const issuer = 'https://id.example'

/** A browser with a session goes where the app sends it, and comes back to the redirect URI. */
async function visit(t: Awaited<ReturnType<typeof oauthEngine>>, url: URL, cookie: string): Promise<URL> {
  const header = t.engine.sessions.cookie.set(cookie).split(';', 1)[0] ?? ''
  const response = await t.fetch(new Request(url, { headers: { cookie: header }, redirect: 'manual' }))
  return new URL(response.headers.get('location') ?? 'about:blank')
}

const importKey = () =>
  crypto.subtle.importKey(
    'pkcs8',
    assertionKey.export({ type: 'pkcs8', format: 'der' }),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )

/** Seconds by which the engine's clock differs from this machine's. */
const ahead = (t: Awaited<ReturnType<typeof oauthEngine>>) => Math.round((t.clock.now() - Date.now()) / 1000)

describe.each(['web', 'rs256'])('openid-client as %s', async (clientId) => {
  const t = await oauthEngine({ publicUrl: issuer })
  afterAll(t.close)
  const alg = clientId === 'rs256' ? 'RS256' : 'ES256'
  const customFetch: oidc.CustomFetch = (url, options) =>
    t.fetch(new Request(url, { ...options, body: options.body ?? null }))
  const config = await oidc.discovery(
    new URL(issuer),
    clientId,
    { id_token_signed_response_alg: alg, [oidc.clockSkew]: ahead(t) },
    oidc.ClientSecretBasic(secret),
    { [oidc.customFetch]: customFetch },
  )
  oidc.enableNonRepudiationChecks(config)

  test('discovery, code with PKCE, refresh, introspection, userinfo, revocation, sign-out', async () => {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const [expectedNonce, expectedState] = [oidc.randomNonce(), oidc.randomState()]
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: callback,
      scope: 'openid profile email offline_access',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      nonce: expectedNonce,
      state: expectedState,
      max_age: '3600',
    })
    const { cookie } = await authorized(t, clientId)
    const back = await visit(t, url, cookie)
    const checks = { pkceCodeVerifier, expectedNonce, expectedState, maxAge: 3600, idTokenExpected: true }
    const tokens = await oidc.authorizationCodeGrant(config, back, checks)
    const claims = tokens.claims()
    expect(claims).toMatchObject({ iss: issuer, aud: clientId, name: 'Alex Rivera', amr: ['pwd'] })

    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    expect(refreshed.claims()?.sub).toBe(claims?.sub)

    const userinfo = await oidc.fetchUserInfo(config, refreshed.access_token, claims?.sub ?? '')
    expect(userinfo).toMatchObject({ email: 'alex@demo.test', email_verified: true })
    expect(await oidc.tokenIntrospection(config, refreshed.access_token)).toMatchObject({ active: true })

    await oidc.tokenRevocation(config, refreshed.refresh_token ?? '')
    expect(await oidc.tokenIntrospection(config, refreshed.access_token)).toEqual({ active: false })
    await expect(oidc.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })

    const out = oidc.buildEndSessionUrl(config, { id_token_hint: refreshed.id_token ?? '', state: 's' })
    const response = await t.fetch(new Request(out, { redirect: 'manual' }))
    expect(response.status).toBe(200)
    await expect(async () => {
      const again = await visit(
        t,
        oidc.buildAuthorizationUrl(config, { ...Object.fromEntries(url.searchParams), prompt: 'none' }),
        cookie,
      )
      await oidc.authorizationCodeGrant(config, again, { pkceCodeVerifier, expectedState, expectedNonce })
    }).rejects.toMatchObject({ error: 'login_required' })
  })
})

describe('oauth4webapi', async () => {
  const t = await oauthEngine({ publicUrl: issuer })
  afterAll(t.close)
  const options = {
    [oauth.customFetch]: (
      url: string,
      { method, headers, body }: oauth.CustomFetchOptions<string, URLSearchParams | undefined>,
    ) => t.fetch(new Request(url, { method, headers, body: body ?? null })),
  }
  const server = new URL(issuer)

  test.each(['oidc', 'oauth2'] as const)('discovery (%s) names the issuer', async (algorithm) => {
    const response = await oauth.discoveryRequest(server, { algorithm, ...options })
    expect(await oauth.processDiscoveryResponse(server, response)).toMatchObject({ issuer })
  })

  const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, options))

  test('private_key_jwt with client credentials; the token verifies as RFC 9068 says', async () => {
    const client = { client_id: 'signed', [oauth.clockSkew]: ahead(t) }
    const auth = oauth.PrivateKeyJwt({ key: await importKey(), kid: 'k1' })
    const form = { scope: 'orders:read' }
    const response = await oauth.clientCredentialsGrantRequest(as, client, auth, form, options)
    const { access_token } = await oauth.processClientCredentialsResponse(as, client, response)
    const call = new Request('https://orders.example/orders', { headers: { authorization: `Bearer ${access_token}` } })
    const claims = await oauth.validateJwtAccessToken(as, call, 'https://orders.example', {
      ...options,
      [oauth.clockSkew]: ahead(t),
    })
    expect(claims).toMatchObject({ client_id: 'signed', scope: 'orders:read' })
  })

  test('a public app: code, refresh and revocation without a secret', async () => {
    const client = { client_id: 'spa', [oauth.clockSkew]: ahead(t) }
    const none = oauth.None()
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
    const url = new URL(as.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: 'spa',
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const { cookie } = await authorized(t, 'spa')
    const params = oauth.validateAuthResponse(as, client, await visit(t, url, cookie), state)
    const response = await oauth.authorizationCodeGrantRequest(as, client, none, params, callback, verifier, options)
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response)
    const again = await oauth.refreshTokenGrantRequest(as, client, none, tokens.refresh_token ?? '', options)
    const refreshed = await oauth.processRefreshTokenResponse(as, client, again)
    const revoked = await oauth.revocationRequest(as, client, none, refreshed.refresh_token ?? '', options)
    expect(await oauth.processRevocationResponse(revoked)).toBeUndefined()
    const dead = await oauth.refreshTokenGrantRequest(as, client, none, refreshed.refresh_token ?? '', options)
    await expect(oauth.processRefreshTokenResponse(as, client, dead)).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
