import { afterEach, describe, expect, test } from 'vitest'
import type { EngineOptions } from '../../index.ts'
import { createEngine } from '../../index.ts'
import { testStores } from '../../kernel/store/testing.ts'

const kek = new Uint8Array(32).fill(7)

describe.each(testStores())('signing keys on $name', ({ create }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0)) await one()
  })
  const database = async () => {
    const { url, remove } = await create()
    close.push(remove)
    return url
  }
  const start = async (url: string, options: Partial<EngineOptions> = {}) => {
    const cardea = await createEngine({
      publicUrl: 'http://localhost:3000',
      database: url,
      key: kek,
      sendMail: async () => {},
      log: () => {},
      ...options,
    })
    close.unshift(cardea.close)
    return cardea.engine
  }

  test('processes that start at the same time agree on the keys they make on first use', async () => {
    const url = await database()
    const engines = [await start(url), await start(url), await start(url)]
    const kids = await Promise.all(
      Array.from({ length: 30 }, (_, index) => engines[index % 3]?.keys.signer('token', 'ES256')),
    )
    expect(new Set(kids.map((signer) => signer?.kid)).size).toBe(1)
    const sets = await Promise.all(engines.map((engine) => engine.keys.jwks()))
    const published = sets.map(({ keys }) => keys.map(({ kid }) => kid).sort())
    expect(published[1]).toEqual(published[0])
    expect(published[2]).toEqual(published[0])
  })

  test('of 50 that rotate at the same time each key is retired by one, and each that is leaves one more', async () => {
    const engine = await start(await database())
    await engine.keys.signer('token', 'ES256')
    const seen = async () => {
      const keys = engine.store.across('see the slots').selectFrom('signing_key').select(['id', 'slot', 'retired_at'])
      return keys.where('purpose', '=', 'token').execute()
    }
    const before = await seen()
    await Promise.all(Array.from({ length: 50 }, () => engine.keys.rotate('token')))
    const after = await seen()
    // Whoever read the keys after a rotation rotates the next one, so there may be more than one.
    const retired = after.filter(({ slot }) => slot === null)
    expect(retired.length).toBeGreaterThan(0)
    expect(retired.every(({ retired_at }) => retired_at !== null)).toBe(true)
    expect(after.length - before.length).toBe(retired.length)
    const live = after.filter(({ slot }) => slot !== null)
    expect(live.map(({ slot, retired_at }) => [slot, retired_at]).sort()).toEqual([
      ['current', null],
      ['next', null],
    ])
    const rotated = engine.store.across('see the rotations').selectFrom('event').select('data')
    expect(await rotated.where('type', '=', 'key.rotated').execute()).toHaveLength(retired.length)
  })

  test('T-CRA-04 a token of the key before a rotation is good in another process', async () => {
    const url = await database()
    const [one, two] = [await start(url), await start(url)]
    const root = await one.organizations.root()
    await one.store.unit((unit) =>
      one.clients.create(unit, {
        org: root.id,
        clientId: 'service',
        name: 'Service',
        secret: 'a-long-secret-of-an-app-in-tests',
        authMethod: 'client_secret_basic',
        grantTypes: ['client_credentials'],
        redirectUris: [],
      }),
    )
    const client = await one.clients.find('service')
    if (!client) throw new Error('no service')
    const issue = async () =>
      (await one.tokens.access({ client, scope: [], resource: [], subject: undefined })).accessToken
    const before = await issue()
    expect(await two.tokens.inspect(before)).toMatchObject({ client_id: 'service' })
    await one.keys.rotate('token')
    const after = await issue()
    expect(await two.tokens.inspect(before)).toMatchObject({ client_id: 'service' })
    await expect.poll(() => two.tokens.inspect(after)).toMatchObject({ client_id: 'service' })
  })

  test('private keys are sealed; another key-encryption key cannot open them, and the start says so', async () => {
    const url = await database()
    const engine = await start(url)
    await engine.keys.jwks()
    const rows = await engine.store.across('look for secrets').selectFrom('signing_key').selectAll().execute()
    for (const row of rows) {
      expect(row.sealed_private).not.toContain('PRIVATE KEY')
      expect(JSON.parse(row.public_jwk)).not.toHaveProperty('d')
    }
    await expect(start(url, { key: new Uint8Array(32).fill(8) })).rejects.toThrow(
      /key-encryption key .* cannot be opened/,
    )
  })
})
