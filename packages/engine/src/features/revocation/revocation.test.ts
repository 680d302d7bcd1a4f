import { afterAll, describe, expect, test } from 'vitest'
import { isActive, oauthEngine, post, refresh, signedInTo } from '../token/oauth.fixture.ts'

describe.each(['sqlite', 'postgres'] as const)('revocation on %s', async (store) => {
  const t = await oauthEngine({ store })
  afterAll(t.close)
  const revoke = (clientId: string, form: Record<string, string>) => post(t, '/oauth2/revoke', clientId, form)

  test('T-TOK-05 a revoked access token is dead at once; revoking it again is 200', async () => {
    const { tokens } = await signedInTo(t, 'web')
    for (let round = 0; round < 2; round++) {
      expect((await revoke('web', { token: tokens.access_token, token_type_hint: 'access_token' })).status).toBe(200)
      expect(await isActive(t, 'web', tokens.access_token)).toBe(false)
    }
    const userinfo = await t.fetch('/oauth2/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } })
    expect(userinfo.status).toBe(401)
    expect(await isActive(t, 'web', tokens.refresh_token)).toBe(true)
  })

  test('T-TOK-05 a revoked refresh token takes its grant along', async () => {
    const { tokens } = await signedInTo(t, 'web')
    expect((await revoke('web', { token: tokens.refresh_token, token_type_hint: 'nonsense' })).status).toBe(200)
    expect(await isActive(t, 'web', tokens.access_token)).toBe(false)
    expect((await post(t, '/oauth2/token', 'web', refresh(tokens.refresh_token))).body.error).toBe('invalid_grant')
  })

  test("T-TOK-05 another app's token is left alone, and nobody is told whose it is", async () => {
    const { tokens } = await signedInTo(t, 'web')
    for (const token of [tokens.access_token, tokens.refresh_token, 'nonsense']) {
      expect(await revoke('other', { token })).toMatchObject({ status: 200, body: {} })
    }
    expect(await revoke('other', { token: '' })).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    expect(await isActive(t, 'web', tokens.access_token)).toBe(true)
    expect(await isActive(t, 'web', tokens.refresh_token)).toBe(true)
  })

  test('a public app revokes its own', async () => {
    const { tokens } = await signedInTo(t, 'spa')
    expect((await revoke('spa', { token: tokens.refresh_token })).status).toBe(200)
    expect((await post(t, '/oauth2/token', 'spa', refresh(tokens.refresh_token))).body.error).toBe('invalid_grant')
  })

  test('who does not authenticate is refused', async () => {
    const answer = await t.fetch('/oauth2/revoke', {
      method: 'POST',
      body: new URLSearchParams({ token: 'x', client_id: 'web' }),
    })
    expect(answer.status).toBe(401)
  })

  test('a deny list entry is forgotten when the token would have expired', async () => {
    const { tokens } = await signedInTo(t, 'web')
    await revoke('web', { token: tokens.access_token })
    const count = async () =>
      (await t.engine.store.across('count').selectFrom('token_denial').select('id').execute()).length
    expect(await count()).toBeGreaterThan(0)
    t.clock.advance(24 * 3600_000)
    const { tokenNoun } = await import('../../domain/token/index.ts')
    for (const job of tokenNoun.jobs ?? []) await job.run(t.engine)
    expect(await count()).toBe(0)
  })
})
