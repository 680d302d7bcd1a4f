import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { testEngine } from '../../testing.ts'
import type { NewClient } from './index.ts'

describe.each(['sqlite', 'postgres'] as const)('registered apps on %s', async (store) => {
  const t = await testEngine({ store })
  afterAll(t.close)
  const { clients } = t.engine
  const root = await t.engine.organizations.root()
  const create = (change: Partial<NewClient> = {}) =>
    t.engine.store.unit((unit) =>
      clients.create(unit, {
        org: root.id,
        name: 'App',
        authMethod: 'none',
        redirectUris: ['https://app.example/cb'],
        ...change,
      }),
    )

  test('what a registration leaves out has a safe default', async () => {
    expect(await create()).toMatchObject({
      profile: 'oauth21',
      idTokenAlg: 'ES256',
      firstParty: false,
      appNative: false,
      refreshLeeway: 0,
      grantTypes: ['authorization_code', 'refresh_token'],
      scopes: ['openid', 'profile', 'email', 'offline_access'],
    })
  })

  test.each<[string, Partial<NewClient>]>([
    ['redirectUris', { redirectUris: [] }],
    ['redirectUris', { redirectUris: ['/cb'] }],
    ['redirectUris', { redirectUris: ['http://app.example/cb'] }],
    ['redirectUris', { redirectUris: ['https://app.example/cb#a'] }],
    ['redirectUris', { redirectUris: ['https://app.example/*'] }],
    ['redirectUris', { redirectUris: ['https://user@app.example/cb'] }],
    ['redirectUris', { redirectUris: ['javascript:alert(1)'] }],
    ['redirectUris', { redirectUris: ['myapp:/cb'] }],
    ['postLogoutRedirectUris', { postLogoutRedirectUris: ['//evil.example'] }],
    ['clientId', { clientId: 'usr_AAAAAAAAAAAAAAAAAAAAAA' }],
    ['origins', { origins: ['https://app.example/'] }],
    ['origins', { origins: ['*'] }],
    ['appNative', { appNative: true }],
    ['grantTypes', { grantTypes: ['client_credentials'] }],
    ['authMethod', { authMethod: 'private_key_jwt' }],
    ['jwksUri', { authMethod: 'private_key_jwt', jwksUri: 'https://127.0.0.1/jwks' }],
    ['backchannelLogoutUri', { backchannelLogoutUri: 'https://169.254.169.254/latest' }],
    ['backchannelLogoutUri', { backchannelLogoutUri: 'http://localhost:3001/logout' }],
    ['accessTokenLifetime', { accessTokenLifetime: 1_000_000 }],
    ['refreshLeeway', { refreshLeeway: 3600 }],
    ['clientId', { clientId: 'a b' }],
    ['name', { name: '' }],
    [
      'signInPolicy',
      { signInPolicy: { steps: [{ id: 'first-factor', alternatives: ['password', 'carrier-pigeon'] }] } },
    ],
  ])('%s is named when it is wrong: %j', async (field, change) => {
    await expect(create(change)).rejects.toMatchObject({
      code: 'api.invalid',
      params: { field: expect.stringMatching(new RegExp(`^${field}`)) },
    })
  })

  test.each(['https://app.example/cb?x=1', 'http://localhost:3000/cb', 'http://127.0.0.1/cb', 'com.example.app:/cb'])(
    'redirect URI %s is allowed',
    async (uri) => {
      expect((await create({ redirectUris: [uri] })).redirectUris).toEqual([uri])
    },
  )

  test('a client_id is taken once, however many ask at the same time', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => create({ clientId: 'taken' })))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = tries.filter((one) => one.status === 'rejected').map((one) => one.reason.code)
    expect(new Set(refused)).toEqual(new Set(['api.conflict']))
  })

  test('a change is seen at once, and its origins too', async () => {
    const { id } = await create({ clientId: 'changing', origins: ['https://one.example'] })
    expect(await clients.allowsOrigin('https://one.example')).toBe(true)
    await t.engine.store.unit((unit) =>
      clients.update(unit, root.id, id, { name: 'Renamed', origins: ['https://two.example'] }),
    )
    expect(await clients.find('changing')).toMatchObject({ name: 'Renamed' })
    expect(await clients.allowsOrigin('https://one.example')).toBe(false)
    expect(await clients.allowsOrigin('https://two.example')).toBe(true)
    await t.engine.store.unit((unit) => clients.remove(unit, root.id, id))
    expect(await clients.find('changing')).toBeUndefined()
    expect(await clients.allowsOrigin('https://two.example')).toBe(false)
  })

  test('of an app’s secrets one stays, however many are removed at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await create({ authMethod: 'client_secret_basic' })
      const add = () => t.engine.store.unit((unit) => clients.addSecret(unit, root.id, id))
      const secrets = [await add(), await add()].map((added) => added?.id ?? '')
      const removals = secrets.map((secret) =>
        t.engine.store.unit((unit) => clients.removeSecret(unit, root.id, id, secret)),
      )
      const settled = await Promise.allSettled(removals)
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      expect(refused).toMatchObject([{ code: 'api.invalid', params: { field: 'secretId' } }])
      expect((await clients.get(root.id, id))?.secretHashes).toHaveLength(1)
    }
  })

  test('a new secret is named by its own id, also beside another one', async () => {
    const { id, clientId } = await create({ authMethod: 'client_secret_basic' })
    const add = () => t.engine.store.unit((unit) => clients.addSecret(unit, root.id, id))
    const added = await Promise.all([add(), add()])
    expect(new Set(added.map((one) => one?.id)).size).toBe(2)
    for (const { id: secretId, secret } of added.flatMap((one) => one ?? [])) {
      const hash = createHash('sha256').update(secret).digest('base64url')
      expect(hash.startsWith(secretId)).toBe(true)
    }
    const [first, second] = added
    if (!first || !second) throw new Error('no secrets')
    expect(await t.engine.store.unit((unit) => clients.removeSecret(unit, root.id, id, first.id))).toBe(true)
    const authorization = (secret: string) => `Basic ${btoa(`${clientId}:${secret}`)}`
    const statusOf = async (secret: string) => {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'none' })
      const headers = { authorization: authorization(secret) }
      return (await t.fetch('/oauth2/token', { method: 'POST', headers, body })).status
    }
    expect(await statusOf(first.secret)).toBe(401)
    expect(await statusOf(second.secret)).toBe(400)
  })

  test('an organization sees its own apps only', async () => {
    const child = await t.engine.store.unit((unit) =>
      t.engine.organizations.create(unit, {
        parent: root.id,
        handle: 'child',
        name: 'Child',
        branding: undefined,
        signInPolicy: undefined,
      }),
    )
    const { id } = await create({ clientId: 'roots' })
    expect(await clients.get(child.id, id)).toBeUndefined()
    expect((await clients.list(child.id, { limit: 10 })).items).toEqual([])
    const update = () => t.engine.store.unit((unit) => clients.update(unit, child.id, id, { name: 'Stolen' }))
    expect(await update()).toBeUndefined()
    expect(await t.engine.store.unit((unit) => clients.remove(unit, child.id, id))).toBe(false)
  })

  test('the keys of an app may come from its own address, and change there', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { SignJWT } = await import('jose')
    const pairs = [1, 2].map((number) => ({ kid: `k${number}`, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }))
    let served = pairs.slice(0, 1)
    let fetched = 0
    const own = await testEngine({
      store,
      fetch: async () => {
        fetched += 1
        const keys = served.map(({ kid, publicKey }) => ({ ...publicKey.export({ format: 'jwk' }), kid }))
        return { status: 200, headers: new Headers(), body: JSON.stringify({ keys }) }
      },
      config: {
        apps: [
          {
            clientId: 'remote',
            name: 'Remote',
            jwksUri: 'https://app.example/jwks',
            grantTypes: ['client_credentials'],
            scopes: [],
          },
        ],
      },
    })
    const tries = async (pair: (typeof pairs)[number] | undefined) => {
      const now = Math.floor(own.clock.now() / 1000)
      const jwt = new SignJWT({
        iss: 'remote',
        sub: 'remote',
        aud: own.publicUrl,
        exp: now + 60,
        jti: own.engine.random(8),
      })
      if (!pair) throw new Error('no pair')
      const client_assertion = await jwt.setProtectedHeader({ alg: 'ES256', kid: pair.kid }).sign(pair.privateKey)
      const body = new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      })
      return (await own.fetch('/oauth2/token', { method: 'POST', body })).status
    }
    expect([await tries(pairs[0]), await tries(pairs[0]), fetched]).toEqual([200, 200, 1])
    served = pairs
    expect([await tries(pairs[1]), fetched]).toEqual([401, 1])
    own.clock.advance(31_000)
    expect([await tries(pairs[1]), await tries(pairs[0]), fetched]).toEqual([200, 200, 2])
    await own.close()
  })

  test('T-CLI-01 an assertion is used up by one of 50 callers', async () => {
    const { consumeAssertion } = await import('./store.ts')
    const client = await create({ clientId: 'raced' })
    const results = await Promise.all(
      Array.from({ length: 50 }, () => t.engine.store.unit((unit) => consumeAssertion(unit, client, 'jti', 1))),
    )
    expect(results.filter(Boolean)).toHaveLength(1)
  })
})
