import type { CardeaConfig } from '@cardea/protocol'
import { defineConfig } from '@cardea/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { authenticators } from '../../domain/flow/index.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { applyConfiguration, readConfiguration } from './index.ts'

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const config = defineConfig({
  policies: { strict: { steps: [{ id: 'first-factor', alternatives: ['passkey'] }] } },
  organizations: [
    { handle: 'demo', name: 'Northwind', branding: { accent: '#0f766e' } },
    { handle: 'acme', name: 'Acme', parent: 'demo', signInPolicy: 'strict' },
  ],
  apis: [
    {
      identifier: 'https://api.northwind.example',
      name: 'Orders',
      scopes: [{ name: 'orders:read', description: 'See your orders' }],
      accessTokenLifetime: 120,
    },
  ],
  apps: [
    {
      clientId: 'calendar',
      name: 'Calendar',
      secret: 'calendar-secret-0123456789',
      redirectUris: ['http://localhost:3001/auth/callback'],
      postLogoutRedirectUris: ['http://localhost:3001/'],
      backchannelLogoutUri: 'http://localhost:3001/auth/backchannel-logout',
      scopes: ['openid', 'orders:read'],
      firstParty: true,
      appNative: true,
      origins: ['http://localhost:3001'],
      refreshLeeway: 10,
      signInPolicy: 'strict',
    },
    { clientId: 'spa', name: 'SPA', redirectUris: ['https://spa.example/cb'], organization: 'acme', profile: 'oidc' },
  ],
  accounts: [
    {
      username: 'alex@demo.test',
      email: 'alex@demo.test',
      emailVerified: true,
      password: 'demo-alex-2026',
      totp: seed,
      attributes: { mfa: 'totp' },
    },
    { organization: 'acme', username: 'kim', status: 'disabled' },
  ],
} satisfies CardeaConfig)

const engines: TestEngine[] = []
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close()
})
async function open(options: Parameters<typeof testEngine>[0] = {}) {
  const test = await testEngine({ outboundAllow: ['http://localhost:3001'], ...options })
  engines.push(test)
  return test
}

describe.each(['sqlite', 'postgres'] as const)('a configuration on %s', (store) => {
  /** Every row that it could have written. */
  async function rows({ engine }: TestEngine): Promise<string> {
    const all = engine.store.across('compare databases')
    const tables = ['organization', 'resource', 'client', 'account', 'factor', 'event'] as const
    const found = await Promise.all(
      tables.map((table) =>
        all
          .selectFrom(table as 'account')
          .selectAll()
          .orderBy('org_id')
          .execute(),
      ),
    )
    return JSON.stringify(found.map((list) => list.map((row) => JSON.stringify(row)).sort()))
  }

  test('brings about what it declares', async () => {
    const { engine } = await open({ store, config })
    const root = await engine.organizations.root()
    expect(root).toMatchObject({ handle: 'demo', name: 'Northwind', branding: { accent: '#0f766e' } })
    const acme = await engine.organizations.find('acme')
    expect(acme).toMatchObject({ parent: root.id, signInPolicy: config.policies?.strict })
    expect(await engine.resources.find('https://api.northwind.example')).toMatchObject({
      org: root.id,
      accessTokenLifetime: 120,
    })
    expect(await engine.clients.find('calendar')).toMatchObject({
      org: root.id,
      authMethod: 'client_secret_basic',
      refreshLeeway: 10,
      appNative: true,
      signInPolicy: config.policies?.strict,
    })
    expect(await engine.clients.find('spa')).toMatchObject({ org: acme?.id, authMethod: 'none', profile: 'oidc' })
    const alex = await engine.accounts.findByIdentifier(root.id, 'alex@demo.test')
    if (!alex) throw new Error('no alex')
    expect(alex).toMatchObject({ emailVerified: true, attributes: { mfa: 'totp' } })
    const password = engine.contributed(authenticators).get('password')
    const ceremony = {
      engine,
      org: root.id,
      subject: { type: 'account', account: alex },
      origins: [],
      locale: 'en',
    } as const
    expect((await password?.verify(ceremony, { password: 'demo-alex-2026' }, null))?.type).toBe('proven')
    expect(await engine.contributed(authenticators).get('totp')?.developmentCode?.(engine, alex)).toMatch(/^\d{6}$/)
  })

  test('changes nothing when it is applied again, and says so', async () => {
    const lines: string[] = []
    const test = await open({
      store,
      config,
      log: (_, message, fields) => lines.push(`${message} ${JSON.stringify(fields)}`),
    })
    expect(lines).toContain('configuration: app calendar created {}')
    expect(lines.join('\n')).not.toMatch(/demo-alex-2026|calendar-secret|JBSWY3DP/)
    const before = await rows(test)
    await applyConfiguration(test.engine, config)
    expect(await rows(test)).toBe(before)
    expect(lines.at(-1)).toBe('configuration applied {"created":0,"updated":0,"unchanged":7}')
  })

  test('that names another address does not verify it by itself', async () => {
    const ann = { username: 'ann', email: 'ann@old.test' }
    const { engine } = await open({ store, config: { accounts: [{ ...ann, emailVerified: true }] } })
    const { id } = await engine.organizations.root()
    const apply = async (account: object) => {
      await applyConfiguration(engine, { accounts: [{ ...ann, ...account }] })
      return engine.accounts.findByIdentifier(id, 'ann')
    }
    expect(await apply({})).toMatchObject({ email: 'ann@old.test', emailVerified: true })
    expect(await apply({ email: 'ann@new.test' })).toMatchObject({ email: 'ann@new.test', emailVerified: false })
    expect(await apply({ email: 'ann@new.test', emailVerified: true })).toMatchObject({ emailVerified: true })
    // Said of the new address, although it was so of the old one.
    const third = { email: 'ann@third.test', emailVerified: true }
    expect(await apply(third)).toMatchObject(third)
  })

  test('changes what differs, and only that; what it does not name stays', async () => {
    const test = await open({ store, config })
    const { engine } = test
    const root = await engine.organizations.root()
    const before = await engine.clients.find('calendar')
    const alex = await engine.accounts.findByIdentifier(root.id, 'alex@demo.test')
    const factors = alex && (await engine.factors.of(root.id, alex.id))
    await applyConfiguration(engine, {
      apps: [{ clientId: 'calendar', name: 'Northwind Calendar', secret: 'another-secret-0123456789' }],
      accounts: [{ username: 'alex@demo.test', name: 'Alex Rivera', password: 'demo-alex-2027-new' }],
    })
    const after = await engine.clients.find('calendar')
    expect(after).toEqual({
      ...before,
      name: 'Northwind Calendar',
      secretHashes: [expect.any(String)],
      updatedAt: expect.any(Number),
    })
    expect(after?.secretHashes).not.toEqual(before?.secretHashes)
    expect(await engine.accounts.findByIdentifier(root.id, 'alex@demo.test')).toMatchObject({
      name: 'Alex Rivera',
      attributes: { mfa: 'totp' },
    })
    const changed = alex && (await engine.factors.of(root.id, alex.id))
    expect(
      changed
        ?.filter((factor, index) => factor.secret !== factors?.[index]?.secret)
        .map((factor) => factor.authenticator),
    ).toEqual(['password'])
    expect(await engine.clients.find('spa')).toBeDefined()
  })
})

test('what an administrator has disabled stays disabled', async () => {
  const { engine } = await open({ config })
  const root = await engine.organizations.root()
  const [calendar, alex] = [
    await engine.clients.find('calendar'),
    await engine.accounts.findByIdentifier(root.id, 'alex@demo.test'),
  ]
  if (!calendar || !alex) throw new Error('nothing there')
  await engine.store.unit(async (unit) => {
    await engine.clients.update(unit, root.id, calendar.id, { status: 'disabled' })
    await engine.accounts.update(unit, root.id, alex.id, { status: 'disabled' })
  })
  await applyConfiguration(engine, config)
  expect(await engine.clients.find('calendar')).toBeUndefined()
  expect(await engine.accounts.find(root.id, alex.id)).toMatchObject({ status: 'disabled' })
})

describe('a wrong configuration', () => {
  const problems = (value: unknown) => readConfiguration(value).problems

  test.each([
    [
      {
        apps: [
          { clientId: 'a', name: 'A' },
          { clientId: 'b', name: 'B', redirectUris: ['http://b.example/cb'] },
        ],
      },
      'apps[1].redirectUris[0]: must be an absolute https URL',
    ],
    [
      { apps: [{ clientId: 'a', name: 'A', redirectUri: 'https://a.example' }] },
      'apps[0].redirectUri: is not a known member (did you mean redirectUris?)',
    ],
    [{ app: [] }, 'app: is not a known member (did you mean apps?)'],
    [{ apps: [{ name: 'A' }] }, 'apps[0].clientId: is missing'],
    [{ apps: [{ clientId: 'a', name: 'A', appNative: true }] }, 'apps[0].appNative: is for first-party apps only'],
    [
      { apps: [{ clientId: 'a', name: 'A', authMethod: 'private_key_jwt' }] },
      'apps[0].authMethod: needs jwks or jwksUri',
    ],
    [
      { apps: [{ clientId: 'a', name: 'A', signInPolicy: 'strict' }] },
      "apps[0].signInPolicy: there is no policy 'strict'",
    ],
    [
      {
        apps: [
          { clientId: 'a', name: 'A' },
          { clientId: 'a', name: 'B' },
        ],
      },
      'apps[1].clientId: is the same as in apps[0]',
    ],
    [{ accounts: [{ username: 'a', email: 'nowhere' }] }, 'accounts[0].email: must be an e-mail address'],
    [
      { accounts: [{ username: 'a', totp: 'not base32!' }] },
      'accounts[0].totp: must be a base32 seed of at least 16 characters',
    ],
    [
      {
        organizations: [
          { handle: 'a', name: 'A' },
          { handle: 'b', name: 'B' },
        ],
      },
      'organizations[1].parent: is missing; organizations[0] is the root',
    ],
    [
      { organizations: [{ handle: 'Not A Handle', name: 'A' }] },
      'organizations[0].handle: must be 1 to 64 lower-case letters, digits and hyphens',
    ],
    [
      {
        policies: {
          p: { steps: [{ id: 's', alternatives: ['passkey'], when: { field: 'a b', operator: 'exists' } }] },
        },
      },
      'policies.p.steps[0].when.field: must be a dotted path such as account.attributes.mfa',
    ],
    [
      { policies: { p: { steps: [{ id: 'identify', alternatives: ['identifier'] }] } } },
      'policies.p.steps: one step without `when` must ask for more than an identifier',
    ],
    [{ apis: [{ identifier: 'orders' }] }, 'apis[0].identifier: must be an absolute URI without a fragment'],
    ['text', 'configuration: Invalid input: expected object, received string'],
  ])('%j is named by its path', (value, message) => {
    expect(problems(value)).toContain(message)
  })

  test('stops the engine before it serves anything', async () => {
    await expect(open({ config: { apps: [{ clientId: 'a', name: 'A', redirectUris: ['ftp://x'] }] } })).rejects.toThrow(
      'apps[0].redirectUris[0]: must be an absolute https URL',
    )
  })

  test('that names an authenticator which does not exist is refused with the path, and what was meant', async () => {
    const steps = (name: string, rest = {}) => ({ steps: [{ id: 'first-factor', alternatives: [name], ...rest }] })
    const refused = expect(
      open({
        config: {
          policies: { mfa: steps('password', { enrolWith: ['pass-key'] }) },
          organizations: [{ handle: 'demo', name: 'Demo', signInPolicy: steps('carrier-pigeon') }],
          apps: [{ clientId: 'a', name: 'A', redirectUris: ['https://a.example/cb'], signInPolicy: steps('topt') }],
        },
      }),
    ).rejects
    await refused.toThrow(
      [
        'The configuration cannot be used.',
        "policies.mfa.steps[0].enrolWith[0]: there is no authenticator 'pass-key' (did you mean passkey?)",
        "organizations[0].signInPolicy.steps[0].alternatives[0]: there is no authenticator 'carrier-pigeon'; there are email-otp, identifier, passkey, password, totp",
        "apps[0].signInPolicy.steps[0].alternatives[0]: there is no authenticator 'topt' (did you mean totp?)",
      ].join('\n'),
    )
  })

  test('that only the database can see through is named too', async () => {
    await expect(open({ config: { accounts: [{ username: 'a', organization: 'nowhere' }] } })).rejects.toThrow(
      "accounts[0].organization: there is no organization 'nowhere'",
    )
    await expect(open({ config: { apps: [{ clientId: 'a', name: 'A' }] } })).rejects.toThrow('apps[0].redirectUris')
    await expect(
      open({
        config: {
          apis: [{ identifier: 'https://evil.example', scopes: [{ name: 'accounts:write', description: 'Harmless' }] }],
        },
      }),
    ).rejects.toThrow('apis[0].scopes')
  })
})
