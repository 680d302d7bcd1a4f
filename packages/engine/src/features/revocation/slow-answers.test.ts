import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IssuedGrant } from '../../domain/grant/index.ts'
import type { TestEngine } from '../../testing.ts'
import { authorized, callback, isActive, oauthEngine, post, signedInTo, verifier } from '../token/oauth.fixture.ts'

let t: TestEngine
beforeEach(async () => {
  t = await oauthEngine({ standing: true })
})
afterEach(() => t.close())

async function clientOf(clientId: string) {
  const client = await t.engine.clients.find(clientId)
  if (!client) throw new Error(`no ${clientId}`)
  return client
}

const uses: [string, string, () => Promise<IssuedGrant>][] = [
  [
    'of a code',
    'web',
    async () => {
      const { code } = await authorized(t, 'web')
      const proof = { code, redirectUri: callback, codeVerifier: verifier }
      return t.engine.grants.redeemCode(await clientOf('web'), proof)
    },
  ],
  [
    'of a refresh token',
    'web',
    async () => t.engine.grants.refresh(await clientOf('web'), (await signedInTo(t, 'web')).tokens.refresh_token),
  ],
  [
    'of a repeated one',
    'lenient',
    async () => {
      const { tokens } = await signedInTo(t, 'lenient')
      await t.engine.grants.refresh(await clientOf('lenient'), tokens.refresh_token)
      t.clock.advance(5_000)
      return t.engine.grants.refresh(await clientOf('lenient'), tokens.refresh_token)
    },
  ],
]

test.each(uses)(
  'T-TOK-05 a token %s stays revoked until its end, however long the answer took (RFC 7009 §2)',
  async (_, clientId, use) => {
    const issued = await use()
    const { scope, resource } = issued.grant
    // A database that takes its time between the write and the token.
    t.clock.advance(3_500)
    const answer = await t.engine.grants.answer({
      ...issued,
      client: await clientOf(clientId),
      scope,
      resource,
      nonce: undefined,
      failure: 'grant.invalid_code',
    })
    expect(await isActive(t, clientId, answer.accessToken)).toBe(true)
    await post(t, '/oauth2/revoke', clientId, { token: issued.refreshToken ?? '' })
    expect(await isActive(t, clientId, answer.accessToken)).toBe(false)
    // Its last moment, when every process has read anew what is denied.
    const { exp = 0 } = decodeJwt(answer.accessToken)
    t.clock.advance(exp * 1000 - 1 - t.clock.now())
    expect(await isActive(t, clientId, answer.accessToken)).toBe(false)
  },
)
