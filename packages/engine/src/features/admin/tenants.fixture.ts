import type { CardeaConfig } from '@cardea/protocol'
import { clientToken, signedIn } from '../../domain/api/tokens.fixture.ts'
import type { TestEngine, TestEngineOptions } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

export const adminScopes = [
  'accounts:read',
  'accounts:write',
  'apps:read',
  'apps:write',
  'sessions:read',
  'sessions:write',
  'organizations:read',
  'organizations:write',
  'apis:read',
  'apis:write',
  'audit:read',
]

function tenant(handle: string) {
  const secret = `${handle}-secret-0123456789`
  return {
    apps: [
      {
        organization: handle,
        clientId: `${handle}-admin`,
        name: `${handle} admin`,
        secret,
        grantTypes: ['client_credentials'],
        scopes: adminScopes,
      },
      {
        organization: handle,
        clientId: `${handle}-portal`,
        name: `${handle} portal`,
        secret,
        redirectUris: ['http://localhost:3000/callback'],
        scopes: ['openid', 'profile', 'me:read', 'me:write', ...adminScopes],
        accessTokenLifetime: 3600,
      },
    ],
    accounts: [
      {
        organization: handle,
        username: `${handle}-ann`,
        email: `ann@${handle}.test`,
        emailVerified: true,
        password: `long-${handle}-password`,
        totp: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      },
      { organization: handle, username: `${handle}-root`, attributes: { admin: true } },
    ],
  }
}

const [northwind, acme, globex] = [tenant('northwind'), tenant('acme'), tenant('globex')]
const config: CardeaConfig = {
  organizations: [
    { handle: 'northwind', name: 'Northwind' },
    { handle: 'acme', name: 'Acme', parent: 'northwind' },
    { handle: 'globex', name: 'Globex', parent: 'northwind' },
  ],
  apis: [
    {
      organization: 'acme',
      identifier: 'https://orders.acme.test',
      name: 'Orders',
      scopes: [{ name: 'orders:write', description: 'Change orders' }],
    },
    { organization: 'acme', identifier: 'https://open.acme.test' },
    { organization: 'northwind', identifier: 'https://parts.northwind.test' },
    { organization: 'globex', identifier: 'https://parts.globex.test' },
  ],
  apps: [...northwind.apps, ...acme.apps, ...globex.apps],
  accounts: [...northwind.accounts, ...acme.accounts, ...globex.accounts],
}

export type Handle = 'northwind' | 'acme' | 'globex'

/** A root and two organizations below it, each with an administrator's client, a person and an app. */
export async function tenants(
  store: 'sqlite' | 'postgres' = 'sqlite',
  options: Pick<TestEngineOptions, 'apiRates' | 'standing'> = {},
) {
  const engine = await testEngine({ store, config, ...options })
  return {
    engine,
    close: engine.close,
    /** Of a client_credentials client with every scope. */
    admin: (handle: Handle, scope = adminScopes.join(' ')) =>
      clientToken(engine, `${handle}-admin`, `${handle}-secret-0123456789`, scope),
    /** Of a person; `root` is an administrator. */
    person: (handle: Handle, name: 'ann' | 'root' = 'ann', scope = ['openid', 'me:read', 'me:write']) =>
      signedIn(engine, `${handle}-${name}`, { clientId: `${handle}-portal`, org: handle, scope }),
    call: (authorization: string, path: string, method = 'GET', body?: unknown) =>
      call(engine, authorization, path, method, body),
  }
}
export type Tenants = Awaited<ReturnType<typeof tenants>>

async function call(engine: TestEngine, authorization: string, path: string, method: string, body: unknown) {
  const answer = await engine.fetch(path, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? undefined : JSON.parse(text) }
}
