import { afterAll, describe, expect, test } from 'vitest'
import {
  authorized,
  eventually,
  isActive,
  oauthEngine,
  post,
  redemption,
  refresh,
  signedInTo,
} from './oauth.fixture.ts'

describe.each(['sqlite', 'postgres'] as const)('refresh tokens on %s', async (store) => {
  const t = await oauthEngine({ store })
  afterAll(t.close)
  const use = (clientId: string, token: string, more: Record<string, string> = {}) =>
    post(t, '/oauth2/token', clientId, { ...refresh(token), ...more })
  const text = (value: unknown) => String(value)
  const refused = async (clientId: string, token: string) => (await use(clientId, token)).body.error === 'invalid_grant'

  test('each use gives a new refresh token and a new ID token without the nonce', async () => {
    const { tokens } = await signedInTo(t, 'web')
    const first = await use('web', tokens.refresh_token)
    expect(first.status).toBe(200)
    expect(first.body.refresh_token).not.toBe(tokens.refresh_token)
    const claims = JSON.parse(atob(text(first.body.id_token).split('.')[1] ?? '').toString())
    expect(claims).not.toHaveProperty('nonce')
    expect((await use('web', text(first.body.refresh_token))).status).toBe(200)
  })

  test('T-REF-01 an old token ends the whole family and is in the audit trail', async () => {
    const { tokens } = await signedInTo(t, 'web')
    const second = (await use('web', tokens.refresh_token)).body
    const third = (await use('web', text(second.refresh_token))).body
    expect((await use('web', tokens.refresh_token)).body.error).toBe('invalid_grant')
    expect((await use('web', text(third.refresh_token))).body.error).toBe('invalid_grant')
    expect(await isActive(t, 'web', text(third.access_token))).toBe(false)
    const root = await t.engine.organizations.root()
    const detected = async () => (await t.engine.audit.list(root.id, { limit: 5, type: 'grant.reuse_detected' })).items
    expect(await eventually(async () => (await detected()).length > 0)).toBe(true)
  })

  test('T-REF-04 what the app may not ask for any more is in no new token', async () => {
    const { tokens } = await signedInTo(t, 'rs256', { scope: ['openid', 'orders:read', 'me:read'] })
    const client = await t.engine.clients.find('rs256')
    if (!client) throw new Error('no app')
    const change = (scopes: readonly string[]) =>
      t.engine.store.unit((unit) => t.engine.clients.update(unit, client.org, client.id, { scopes }))
    await change(['openid', 'orders:read'])
    expect((await use('rs256', tokens.refresh_token)).body.scope).toBe('openid orders:read')
    await change(client.scopes)
  })

  test('T-TOK-05 a grant that is revoked while it is answered gives no token that outlives the revocation', async () => {
    const { code } = await authorized(t, 'web', { resource: ['https://slow.example'] })
    const client = await t.engine.clients.find('web')
    if (!client) throw new Error('no app')
    const proof = redemption(code)
    const issued = await t.engine.grants.redeemCode(client, {
      code,
      redirectUri: proof.redirect_uri,
      codeVerifier: proof.code_verifier,
    })
    const { grant } = issued
    await t.engine.store.unit((unit) => t.engine.grants.revoke(unit, grant.org, grant.id, 'test'))
    const answer = t.engine.grants.answer({
      ...issued,
      client,
      scope: [],
      resource: grant.resource,
      nonce: undefined,
      failure: 'grant.invalid_code',
    })
    await expect(answer).rejects.toMatchObject({ code: 'grant.invalid_code' })
  })

  test('T-REF-02 without leeway, 50 parallel uses give at most one answer', async () => {
    const { tokens } = await signedInTo(t, 'web')
    const answers = await Promise.all(Array.from({ length: 50 }, () => use('web', tokens.refresh_token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('T-REF-02 within the leeway, 50 parallel uses give the same successor, and the family lives', async () => {
    const { tokens } = await signedInTo(t, 'lenient')
    const answers = await Promise.all(Array.from({ length: 50 }, () => use('lenient', tokens.refresh_token)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    const successors = new Set(answers.map(({ body }) => text(body.refresh_token)))
    expect(successors.size).toBe(1)
    const [successor = ''] = successors
    expect((await use('lenient', successor)).status).toBe(200)
  })

  test('T-REF-02 after the leeway a repeated token is reuse', async () => {
    const { tokens } = await signedInTo(t, 'lenient')
    const successor = text((await use('lenient', tokens.refresh_token)).body.refresh_token)
    t.clock.advance(11_000)
    expect(await refused('lenient', tokens.refresh_token)).toBe(true)
    expect(await refused('lenient', successor)).toBe(true)
  })

  test('T-REF-02 the leeway is for the last token only', async () => {
    const { tokens } = await signedInTo(t, 'lenient')
    const second = text((await use('lenient', tokens.refresh_token)).body.refresh_token)
    await use('lenient', second)
    expect(await refused('lenient', tokens.refresh_token)).toBe(true)
  })

  test('T-REF-03 rotation does not extend the absolute lifetime', async () => {
    const { tokens } = await signedInTo(t, 'web', { scope: ['openid', 'offline_access'] })
    let token = tokens.refresh_token
    const rotate = async (hours: number) => {
      t.clock.advance(hours * 3600_000)
      const { status, body } = await use('web', token)
      expect(status).toBe(200)
      token = text(body.refresh_token)
    }
    for (let week = 0; week < 4; week++) await rotate(7 * 24)
    // An hour before the thirty days are over, and an hour after.
    await rotate(2 * 24 - 1)
    t.clock.advance(2 * 3600_000)
    expect(await refused('web', token)).toBe(true)
  })

  test('T-REF-04 the scope may be narrowed, never widened; asking for too much does not cost the token', async () => {
    const { tokens } = await signedInTo(t, 'web')
    expect((await use('web', tokens.refresh_token, { scope: 'openid me:read' })).body.error).toBe('invalid_scope')
    const narrowed = await use('web', tokens.refresh_token, { scope: 'openid' })
    expect(narrowed.body.scope).toBe('openid')
    expect((await use('web', text(narrowed.body.refresh_token))).body.scope).toBe('openid profile email')
  })

  test("T-REF-05 another app's refresh token is refused, and its family lives", async () => {
    const { tokens } = await signedInTo(t, 'web')
    expect(await refused('other', tokens.refresh_token)).toBe(true)
    expect((await use('web', tokens.refresh_token)).status).toBe(200)
  })

  test('a made-up token that names a grant does not end its family', async () => {
    const { tokens } = await signedInTo(t, 'web')
    const [grant, body] = tokens.refresh_token.split('.')
    for (const forged of [`${grant}.${body}.x`, `${grant}.AAAA.${'A'.repeat(43)}`, `${grant}`, `${grant}..`]) {
      expect(await refused('web', forged)).toBe(true)
    }
    expect((await use('web', tokens.refresh_token)).status).toBe(200)
  })

  describe('T-REF-06 is refused after', () => {
    test('the session ended, unless offline_access was granted', async () => {
      const bound = await signedInTo(t, 'web')
      const offline = await signedInTo(t, 'web', { scope: ['openid', 'offline_access'] })
      const root = await t.engine.organizations.root()
      await t.engine.store.unit(async (unit) => {
        await t.engine.sessions.end(unit, root.id, bound.session)
        await t.engine.sessions.end(unit, root.id, offline.session)
      })
      expect(await isActive(t, 'web', bound.tokens.refresh_token)).toBe(false)
      expect(await refused('web', bound.tokens.refresh_token)).toBe(true)
      expect(await isActive(t, 'web', bound.tokens.access_token)).toBe(false)
      expect((await use('web', offline.tokens.refresh_token)).status).toBe(200)
    })

    test('the consent was revoked', async () => {
      const { tokens } = await signedInTo(t, 'third')
      const root = await t.engine.organizations.root()
      const client = await t.engine.clients.find('third')
      const alex = await t.engine.accounts.findByIdentifier(root.id, 'alex')
      await t.engine.store.unit((unit) =>
        t.engine.grants.revokeConsent(unit, root.id, alex?.id ?? 'usr_', client?.id ?? 'app_'),
      )
      expect(await refused('third', tokens.refresh_token)).toBe(true)
    })

    test('the account was disabled', async () => {
      const { tokens } = await signedInTo(t, 'web', { username: 'bo' })
      const root = await t.engine.organizations.root()
      const bo = await t.engine.accounts.findByIdentifier(root.id, 'bo')
      await t.engine.store.unit((unit) =>
        t.engine.accounts.update(unit, root.id, bo?.id ?? 'usr_', { status: 'disabled' }),
      )
      expect(await refused('web', tokens.refresh_token)).toBe(true)
      expect(await eventually(async () => (await isActive(t, 'web', tokens.access_token)) === false)).toBe(true)
    })

    test('the password was changed, but for the session that changed it', async () => {
      const scope = ['openid', 'me:write']
      const [own, others] = [await signedInTo(t, 'web', { scope }), await signedInTo(t, 'web', { scope })]
      const changed = await t.fetch('/api/v1/me/password', {
        method: 'PUT',
        headers: { authorization: `Bearer ${own.tokens.access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ currentPassword: 'demo-alex-2026', newPassword: 'a quite different one' }),
      })
      expect(changed.status).toBe(200)
      expect(await refused('web', others.tokens.refresh_token)).toBe(true)
      expect((await use('web', own.tokens.refresh_token)).status).toBe(200)
    })
  })
})
