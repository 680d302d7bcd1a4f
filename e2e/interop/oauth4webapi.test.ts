import { importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { describe, expect, inject, test } from 'vitest'
import { secretOf } from '../deployment/configuration.ts'
import { callback } from '../deployment/interop-apps.ts'
import { createPlainBrowser, signInAt } from '../deployment/plain-browser.ts'
import { person } from './people.ts'

const origin = inject('origin')
const insecure = { [oauth.allowInsecureRequests]: true }

async function discover(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(origin)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
}

async function signIn(
  as: oauth.AuthorizationServer,
  client: oauth.Client,
  authentication: oauth.ClientAuth,
  who: number,
) {
  const verifier = oauth.generateRandomCodeVerifier()
  const nonce = oauth.generateRandomNonce()
  const state = oauth.generateRandomState()
  const url = new URL(as.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid email offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    nonce,
    state,
  }).toString()
  const answer = await signInAt(createPlainBrowser(), url.href, person(who), callback)
  const params = oauth.validateAuthResponse(as, client, answer, state)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    authentication,
    params,
    callback,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(as, response, insecure)
  return tokens
}

describe('oauth4webapi', () => {
  test.each([
    ['ES256', 'es256', oauth.ClientSecretBasic(secretOf('es256')), 11],
    ['RS256', 'rs256', oauth.ClientSecretPost(secretOf('rs256')), 12],
  ] as const)(
    'code, PKCE, userinfo, refresh, introspection and revocation; %s',
    async (alg, id, authentication, who) => {
      const as = await discover()
      const client: oauth.Client = { client_id: id, id_token_signed_response_alg: alg }
      const tokens = await signIn(as, client, authentication, who)
      const { sub } = oauth.getValidatedIdTokenClaims(tokens) ?? { sub: '' }
      const userinfo = await oauth.userInfoRequest(as, client, tokens.access_token, insecure)
      expect(await oauth.processUserInfoResponse(as, client, sub, userinfo)).toMatchObject({
        email: person(who).username,
      })

      const refresh = async (token: string) =>
        oauth.processRefreshTokenResponse(
          as,
          client,
          await oauth.refreshTokenGrantRequest(as, client, authentication, token, insecure),
        )
      const renewed = await refresh(tokens.refresh_token ?? '')
      expect(renewed.refresh_token).not.toBe(tokens.refresh_token)

      const introspect = async (token: string) =>
        oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, authentication, token, insecure),
        )
      expect(await introspect(renewed.access_token)).toMatchObject({ active: true, sub, client_id: id })
      const revoked = await oauth.revocationRequest(as, client, authentication, renewed.refresh_token ?? '', insecure)
      await oauth.processRevocationResponse(revoked)
      expect(await introspect(renewed.access_token)).toEqual({ active: false })
      await expect(refresh(renewed.refresh_token ?? '')).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
    },
  )

  test('private_key_jwt', async () => {
    const as = await discover()
    const key = await importJWK(inject('keys').ES256, 'ES256')
    if (key instanceof Uint8Array) throw new Error('a key pair was expected')
    const client: oauth.Client = { client_id: 'signs-assertions' }
    const tokens = await signIn(as, client, oauth.PrivateKeyJwt({ key, kid: 'ES256' }), 13)
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: 'signs-assertions' })
  })

  test('an access token validates as RFC 9068 says, with the published keys', async () => {
    const as = await discover()
    const client: oauth.Client = { client_id: 'machine' }
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.ClientSecretBasic(secretOf('machine')),
      { scope: 'accounts:read' },
      insecure,
    )
    const { access_token } = await oauth.processClientCredentialsResponse(as, client, response)
    const api = `${origin}/api/v1`
    const request = new Request(`${api}/accounts`, { headers: { authorization: `Bearer ${access_token}` } })
    const claims = await oauth.validateJwtAccessToken(as, request, api, insecure)
    expect(claims).toMatchObject({ iss: origin, client_id: 'machine', scope: 'accounts:read' })
  })

  test('a wrong secret is invalid_client with 401 and a challenge', async () => {
    const as = await discover()
    const client: oauth.Client = { client_id: 'machine' }
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.ClientSecretBasic('not-the-secret'),
      {},
      insecure,
    )
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /)
    await expect(oauth.processClientCredentialsResponse(as, client, response)).rejects.toMatchObject({ status: 401 })
  })
})
