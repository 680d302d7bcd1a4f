import { createPublicKey, createSecretKey } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { assertion, assertionKey, basic, jsonOf, oauthEngine, post, secret, strangersKey } from './oauth.fixture.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

describe('client authentication', async () => {
  const t = await oauthEngine()
  afterAll(t.close)
  const grant = { grant_type: 'client_credentials' }
  const send = async (form: Record<string, string>, headers: Record<string, string> = {}, path = '/oauth2/token') => {
    const answer = await t.fetch(path, { method: 'POST', headers, body: new URLSearchParams(form) })
    return { status: answer.status, headers: answer.headers, body: await jsonOf(answer) }
  }
  const signed = async (client_assertion: string, more: Record<string, string> = {}) =>
    send({ ...grant, client_assertion_type: type, client_assertion, ...more })

  test('client_secret_basic with form-urlencoded id and secret (RFC 6749 §2.3.1)', async () => {
    const { status, body } = await post(t, '/oauth2/token', 'https://orders.example', grant)
    expect([status, body.token_type]).toEqual([200, 'Bearer'])
  })

  test('an unknown app and a wrong secret are told the same', async () => {
    const wrong = await send(grant, { authorization: basic('service', 'wrong-secret-of-the-same-app') })
    const unknown = await send(grant, { authorization: basic('nobody', secret) })
    expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(unknown.body).toEqual(wrong.body)
    expect(unknown.status).toBe(401)
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(unknown.headers.get('www-authenticate')).toBe(wrong.headers.get('www-authenticate'))
  })

  test.each([
    ['an app registered for Basic posts its secret', { client_id: 'service', client_secret: secret }, {}],
    ['an app registered for post uses Basic', {}, { authorization: basic('other', secret) }],
    ['a confidential app only names itself', { client_id: 'service' }, {}],
    ['a public app brings a secret', { client_id: 'spa', client_secret: secret }, {}],
    ['the form names another app than the header', { client_id: 'other' }, { authorization: basic('service', secret) }],
    ['the header cannot be decoded', {}, { authorization: `Basic ${btoa('service:%zz')}` }],
    ['the header has no colon', {}, { authorization: `Basic ${btoa('service')}` }],
    ['the secret is empty', {}, { authorization: basic('service', '') }],
  ])('is refused when %s', async (_, form, headers) => {
    expect(await send({ ...grant, ...form }, headers)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  test('more than one way at once is an invalid request (RFC 6749 §2.3)', async () => {
    const both = await send({ ...grant, client_secret: secret }, { authorization: basic('service', secret) })
    expect(both).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('T-CLI-02 a secret or assertion in the query is refused', async () => {
    const inQuery = await send({ ...grant, client_id: 'other' }, {}, `/oauth2/token?client_secret=${secret}`)
    expect(inQuery).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    const beside = await send(grant, { authorization: basic('service', secret) }, '/oauth2/token?client_assertion=x')
    expect(beside.body.error).toBe('invalid_request')
  })

  test('T-CLI-03 only the SHA-256 of a secret is stored', async () => {
    const rows = await t.engine.store.across('look for secrets').selectFrom('client').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(secret)
    expect(rows.find((row) => row.client_id === 'service')?.secret_hashes).toMatch(/^\["[\w-]{43}"\]$/)
  })

  test('a second secret works beside the first until one is removed', async () => {
    const client = await t.engine.clients.find('certified')
    if (!client) throw new Error('no certified')
    const added = await t.engine.store.unit((unit) => t.engine.clients.addSecret(unit, client.org, client.id))
    const tries = (clientSecret: string) =>
      send({ token: 'x' }, { authorization: basic('certified', clientSecret) }, '/oauth2/introspect')
    expect([(await tries(secret)).status, (await tries(added?.secret ?? '')).status]).toEqual([200, 200])
    const [, old = ''] = (await t.engine.clients.find('certified'))?.secretHashes ?? []
    await t.engine.store.unit((unit) => t.engine.clients.removeSecret(unit, client.org, client.id, old.slice(0, 12)))
    expect([(await tries(secret)).status, (await tries(added?.secret ?? '')).status]).toEqual([401, 200])
  })

  test('a disabled app is unknown at once', async () => {
    const root = await t.engine.organizations.root()
    const client = await t.engine.store.unit((unit) =>
      t.engine.clients.create(unit, {
        org: root.id,
        clientId: 'short-lived',
        name: 'Short',
        secret,
        authMethod: 'client_secret_basic',
        grantTypes: ['client_credentials'],
        redirectUris: [],
      }),
    )
    const tries = () => send(grant, { authorization: basic('short-lived', secret) })
    const { body } = await tries()
    await t.engine.store.unit((unit) => t.engine.clients.update(unit, root.id, client.id, { status: 'disabled' }))
    expect((await tries()).status).toBe(401)
    expect(await t.engine.tokens.inspect(String(body.access_token))).toBeUndefined()
  })

  describe('private_key_jwt', () => {
    test('an assertion of the app is taken', async () => {
      expect((await signed(await assertion(t))).status).toBe(200)
      expect((await signed(await assertion(t), { client_id: 'signed' })).status).toBe(200)
    })

    test('T-CLI-01 an assertion is good once, for one of 50 callers', async () => {
      const once = await assertion(t)
      const answers = await Promise.all(Array.from({ length: 50 }, () => signed(once)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ body }) => body.error === 'invalid_client')).toHaveLength(49)
    })

    const now = () => Math.floor(t.clock.now() / 1000)
    test.each<[string, () => Record<string, unknown>]>([
      ['the token URL as audience', () => ({ aud: `${t.publicUrl}/oauth2/token` })],
      ['a list of audiences', () => ({ aud: [t.publicUrl, 'https://other.example'] })],
      ['a list with the issuer alone', () => ({ aud: [t.publicUrl] })],
      ['the issuer with a slash', () => ({ aud: `${t.publicUrl}/` })],
      ['no audience', () => ({ aud: undefined })],
      ['an end that has passed', () => ({ exp: now() - 60 })],
      ['an end far away', () => ({ exp: now() + 3600 })],
      ['no end', () => ({ exp: undefined })],
      ['a beginning in the future', () => ({ nbf: now() + 120 })],
      ['no jti', () => ({ jti: undefined })],
      ['an empty jti', () => ({ jti: '' })],
      ['another issuer', () => ({ iss: 'service' })],
      ['no issuer', () => ({ iss: undefined })],
      ['another subject', () => ({ sub: 'service' })],
    ])('T-CLI-01 %s is refused', async (_, change) => {
      expect(await signed(await assertion(t, change()))).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      })
    })

    test("T-CLI-01 another app's key is refused, also when the header brings it along", async () => {
      expect((await signed(await assertion(t, {}, { key: strangersKey }))).status).toBe(401)
      const { d: _, ...jwk } = strangersKey.export({ format: 'jwk' })
      const headers = [{ jwk }, { jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example/x5' }, { kid: 'k2' }]
      for (const header of headers) {
        expect((await signed(await assertion(t, {}, { key: strangersKey, header }))).status).toBe(401)
      }
    })

    test('T-CLI-01 alg none, and HS256 with the public key as secret, are refused', async () => {
      const [, payload] = (await assertion(t)).split('.')
      const none = `${btoa(JSON.stringify({ alg: 'none', kid: 'k1' })).replaceAll('=', '')}.${payload}.`
      expect((await signed(none)).status).toBe(401)
      // Everything an attacker may take the public key's bytes to be.
      const registered = (await t.engine.clients.find('signed'))?.jwks?.keys[0]
      const pem = createPublicKey(assertionKey).export({ type: 'spki', format: 'pem' }).toString()
      for (const text of [pem, pem.trim(), JSON.stringify(registered)]) {
        const forged = await assertion(t, {}, { key: createSecretKey(text, 'utf8'), header: { alg: 'HS256' } })
        expect((await signed(forged)).status).toBe(401)
      }
    })

    test('T-CLI-01 an app with a secret cannot sign instead', async () => {
      const claims = { iss: 'service', sub: 'service' }
      expect((await signed(await assertion(t, claims, { key: assertionKey }))).status).toBe(401)
    })

    test('the assertion type is checked', async () => {
      const wrong = await send({ ...grant, client_assertion_type: 'jwt', client_assertion: await assertion(t) })
      expect(wrong.body.error).toBe('invalid_request')
    })

    test.each(['x', 'a.b.c', '..', 'e30.e30.e30'])('a malformed assertion %j is refused', async (text) => {
      expect(await signed(text)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    })
  })
})

describe.each(['sqlite', 'postgres'] as const)('times in an assertion (RFC 7519 §2) on %s', async (store) => {
  const t = await oauthEngine({ store })
  afterAll(t.close)
  const signed = async (client_assertion: string) => {
    const form = { grant_type: 'client_credentials', client_assertion_type: type, client_assertion }
    return (await t.fetch('/oauth2/token', { method: 'POST', body: new URLSearchParams(form) })).status
  }

  test('T-CLI-01 may have parts of a second, and the assertion is good once all the same', async () => {
    const now = t.clock.now() / 1000
    const once = await assertion(t, { exp: now + 60.123456, iat: now + 0.5, nbf: now - 0.25 })
    expect([await signed(once), await signed(once)]).toEqual([200, 401])
  })

  test.each([{ exp: 1e300 }, { exp: -1e300 }, { exp: -0.5 }, { nbf: 1e300 }])(
    'T-CLI-01 that nothing lives at are refused: %j',
    async (times) => {
      expect(await signed(await assertion(t, times))).toBe(401)
    },
  )

  test.each([{ iat: 1e300 }, { iat: -1.5 }, { nbf: -1e300 }])('and these say nothing against it: %j', async (times) => {
    expect(await signed(await assertion(t, times))).toBe(200)
  })
})
