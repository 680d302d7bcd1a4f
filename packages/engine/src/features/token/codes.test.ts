import { afterAll, describe, expect, test } from 'vitest'
import { authorized, isActive, oauthEngine, post, redemption, refresh, signedInTo, verifier } from './oauth.fixture.ts'

describe.each(['sqlite', 'postgres'] as const)('authorization codes on %s', async (store) => {
  const t = await oauthEngine({ store })
  afterAll(t.close)
  const redeem = (clientId: string, form: Record<string, string>) => post(t, '/oauth2/token', clientId, form)

  test('a code gives an access token, an ID token and a refresh token', async () => {
    const { code } = await authorized(t, 'web')
    const { status, headers, body } = await redeem('web', redemption(code))
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'openid profile email' })
    expect(Object.keys(body).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ])
  })

  test('T-COD-01 a code that is used again is refused, and what it gave is dead', async () => {
    const { code, tokens } = await signedInTo(t, 'web')
    expect(await isActive(t, 'web', tokens.access_token)).toBe(true)
    const again = await redeem('web', redemption(code))
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await isActive(t, 'web', tokens.access_token)).toBe(false)
    expect(await isActive(t, 'web', tokens.refresh_token)).toBe(false)
    expect((await redeem('web', refresh(tokens.refresh_token))).body.error).toBe('invalid_grant')
    const userinfo = await t.fetch('/oauth2/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect(userinfo.status).toBe(401)
  })

  test('T-COD-02 of 50 concurrent redemptions exactly one succeeds', async () => {
    const { code } = await authorized(t, 'web')
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem('web', redemption(code))))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(49)
  })

  test("T-COD-03 another app's code is refused, and still good for its own", async () => {
    const { code } = await authorized(t, 'web')
    expect((await redeem('other', redemption(code))).body.error).toBe('invalid_grant')
    expect((await redeem('web', redemption(code))).status).toBe(200)
  })

  test('T-COD-04 the verifier must be there and match', async () => {
    const { code } = await authorized(t, 'web')
    const { code_verifier: _, ...without } = redemption(code)
    expect((await redeem('web', without)).body.error).toBe('invalid_grant')
    expect((await redeem('web', { ...without, code_verifier: `${verifier}x` })).body.error).toBe('invalid_grant')
    expect((await redeem('web', { ...without, code_verifier: '' })).body.error).toBe('invalid_grant')
    expect((await redeem('web', redemption(code))).status).toBe(200)
  })

  test('T-COD-04 a verifier without a challenge is refused', async () => {
    const { code } = await authorized(t, 'certified', { codeChallenge: undefined })
    expect((await redeem('certified', redemption(code))).body.error).toBe('invalid_grant')
    const { code_verifier: _, ...without } = redemption(code)
    expect((await redeem('certified', without)).status).toBe(200)
  })

  test('T-COD-05 a code lives for a minute', async () => {
    const [early, late] = [await authorized(t, 'web'), await authorized(t, 'web')]
    t.clock.advance(55_000)
    expect((await redeem('web', redemption(early.code))).status).toBe(200)
    t.clock.advance(6_000)
    expect((await redeem('web', redemption(late.code))).body.error).toBe('invalid_grant')
  })

  test('T-COD-06 the redirect URI must be the one of the request', async () => {
    const { code } = await authorized(t, 'web')
    for (const uri of ['https://web.example/cb/', 'https://evil.example/cb']) {
      expect((await redeem('web', { ...redemption(code), redirect_uri: uri })).body.error).toBe('invalid_grant')
    }
    expect((await redeem('web', redemption(code))).status).toBe(200)
  })

  test('asking for an API that was not granted does not cost the code (RFC 8707 §2.2)', async () => {
    const granted = { scope: ['openid', 'orders:read'], resource: ['https://orders.example'] }
    const { code } = await authorized(t, 'web', granted)
    const other = { ...redemption(code), resource: 'https://slow.example' }
    expect((await redeem('web', other)).body.error).toBe('invalid_target')
    expect((await redeem('web', redemption(code))).status).toBe(200)
    // Used up, it is worth nothing, whatever is asked for.
    expect((await redeem('web', other)).body.error).toBe('invalid_grant')
  })

  test('naming the APIs that were granted costs nothing: one statement a code', async () => {
    const orders = { resource: 'https://orders.example' }
    const costs: number[] = []
    for (let round = 0; round < 4; round++) {
      const { code } = await authorized(t, 'web', { scope: ['openid', 'orders:read'], resource: [orders.resource] })
      const before = t.engine.store.counts().statements
      expect((await redeem('web', { ...redemption(code), ...orders })).status).toBe(200)
      costs.push(t.engine.store.counts().statements - before)
    }
    // Background work may add to a round.
    expect(Math.min(...costs), JSON.stringify(costs)).toBe(1)
  })

  test('T-COD-06 without PKCE the redirect URI cannot be left out', async () => {
    const { code } = await authorized(t, 'certified', { codeChallenge: undefined })
    for (const left of [{}, { redirect_uri: '' }]) {
      const { body } = await redeem('certified', { grant_type: 'authorization_code', code, ...left })
      expect(body.error).toBe('invalid_grant')
    }
  })

  test.each(['x', 'grt_x', 'grt_x.y', '.', 'grt_.', '%00', "grt_' or 1=1 --.x", '\u{1f511}'])(
    'a made-up code %j is refused',
    async (code) => {
      expect((await redeem('web', redemption(code))).body.error).toBe('invalid_grant')
    },
  )

  test('codes and refresh tokens are not in the database', async () => {
    const { code, tokens } = await signedInTo(t, 'web')
    const rows = JSON.stringify(
      await t.engine.store.across('look for secrets').selectFrom('access_grant').selectAll().execute(),
    )
    expect(rows).not.toContain(code.split('.')[1])
    expect(rows).not.toContain(tokens.refresh_token.split('.')[1])
  })

  test('a disabled account gets no tokens for a code it had', async () => {
    const { code } = await authorized(t, 'web', { username: 'bo' })
    const root = await t.engine.organizations.root()
    const bo = await t.engine.accounts.findByIdentifier(root.id, 'bo')
    await t.engine.store.unit((unit) =>
      t.engine.accounts.update(unit, root.id, bo?.id ?? 'usr_', { status: 'disabled' }),
    )
    // Once: a second redemption would be refused whatever the account is.
    const { status, body } = await redeem('web', redemption(code))
    expect([status, body.error]).toEqual([400, 'invalid_grant'])
  })
})
