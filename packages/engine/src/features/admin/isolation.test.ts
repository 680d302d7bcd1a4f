import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RouteDescription } from '../../kernel/route.ts'
import type { Handle, Tenants } from './tenants.fixture.ts'
import { adminScopes, tenants } from './tenants.fixture.ts'

/** Bodies that would be accepted in the caller's own organization. */
const bodies: Readonly<Record<string, unknown>> = {
  'POST /api/v1/accounts': { username: 'stray' },
  'PATCH /api/v1/accounts/:accountId': { name: 'taken over' },
  'POST /api/v1/apps': { name: 'stray', redirectUris: ['https://stray.example/cb'] },
  'PATCH /api/v1/apps/:appId': { name: 'taken over' },
  'POST /api/v1/apis': { identifier: 'https://stray.example', name: 'stray' },
  'PATCH /api/v1/apis/:apiId': { name: 'taken over' },
  'POST /api/v1/organizations': { handle: 'stray', name: 'Stray' },
  'PATCH /api/v1/organizations/:organizationId': { name: 'taken over' },
  'PATCH /api/v1/me': { name: 'me' },
  'PUT /api/v1/me/password': { currentPassword: 'long-acme-password', newPassword: 'long-acme-password-2' },
  'POST /api/v1/me/factors/enrolments': { authenticator: 'totp' },
  'POST /api/v1/me/factors/enrolments/:enrolmentId': { params: { token: '123456' } },
  'PATCH /api/v1/me/factors/:factorId': { name: 'taken over' },
}

describe.each(['sqlite', 'postgres'] as const)('T-TEN-01 organizations on %s', (store) => {
  let all: Tenants
  let routes: readonly RouteDescription[]
  beforeAll(async () => {
    all = await tenants(store)
    routes = all.engine.describe().filter((route) => route.access.type === 'token')
  })
  afterAll(() => all.close())

  /** Ids of everything an organization has. */
  async function idsOf(handle: Handle): Promise<Readonly<Record<string, string>>> {
    const { engine } = all
    const organization = await engine.engine.organizations.find(handle)
    if (!organization) throw new Error('no organization')
    const person = await all.person(handle)
    const [factor] = await engine.engine.factors.of(organization.id, person.account)
    const app = await engine.engine.clients.find(`${handle}-portal`)
    const [api] = (await engine.engine.resources.list(organization.id, { limit: 1 })).items
    return {
      accountId: person.account,
      sessionId: person.session,
      factorId: factor?.id ?? '',
      appId: app?.id ?? '',
      secretId: app?.secretHashes[0]?.slice(0, 12) ?? '',
      apiId: api?.id ?? '',
      organizationId: organization.id,
      enrolmentId: 'unknown',
    }
  }
  const tables = [
    'account',
    'factor',
    'session',
    'client',
    'organization',
    'consent',
    'access_grant',
    'resource',
  ] as const
  /** Every row of the organization, but for what reading alone may touch. */
  async function rowsOf(org: string): Promise<string> {
    const queries = all.engine.engine.store.across('compare what an organization has')
    const rows = await Promise.all(
      tables.map(async (table) => {
        const found = await queries
          .selectFrom(table as 'account')
          .selectAll()
          .where('org_id', '=', org as 'org_x')
          .execute()
        return found.map((row) => JSON.stringify({ ...row, last_used_at: 0 })).sort()
      }),
    )
    return JSON.stringify(rows)
  }

  test('there are routes, each with a body to try where it needs one', () => {
    expect(routes.length).toBeGreaterThan(30)
    const missing = routes.filter(({ method, path, body }) => body.type === 'json' && !(`${method} ${path}` in bodies))
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  test.each([
    ['a sibling', 'globex', 'acme'],
    ['the organization above', 'acme', 'northwind'],
    ['an organization below', 'northwind', 'acme'],
  ] as const)('no route reads or writes anything of %s', async (relation, caller, owner) => {
    const theirs = await idsOf(owner)
    const { organizationId: org = '' } = theirs
    const admin = await all.admin(caller)
    const person = await all.person(caller)
    const administrator = await all.person(caller, 'root', ['openid', 'me:read', ...adminScopes])
    const before = await rowsOf(org)
    const secrets = Object.entries(theirs).filter(([name]) => !['enrolmentId', 'organizationId'].includes(name))
    const served: string[] = []
    for (const route of routes) {
      const ownParent = route.path.includes(':organizationId') && relation === 'an organization below'
      if (ownParent) continue
      const path = route.path.replace(/:(\w+)/g, (_, name: string) => theirs[name] ?? name)
      const mine = route.path.startsWith('/api/v1/me')
      const names = route.path.includes(':')
      for (const authorization of mine ? [person.authorization] : [admin, administrator.authorization]) {
        if (mine && route.method !== 'GET' && !names) continue
        if (!mine && route.method !== 'GET' && !names) continue
        for (const target of [path, `/o/${org}${path}`, `/o/${owner}${path}`]) {
          const elsewhere = target !== path
          const answer = await all.call(authorization, target, route.method, bodies[`${route.method} ${route.path}`])
          const label = `${route.method} ${target}: ${answer.text}`
          if (names || elsewhere) expect([401, 403, 404, 410], label).toContain(answer.status)
          else {
            expect(answer.status, label).toBe(200)
            served.push(route.path)
          }
          for (const [name, secret] of secrets) expect(answer.text.includes(secret), `${name} in ${label}`).toBe(false)
        }
      }
    }
    expect(served).toContain('/api/v1/accounts')
    expect(await rowsOf(org)).toBe(before)
  })

  test('T-TEN-09 search and audit give nothing of another organization', async () => {
    const admin = await all.admin('globex')
    const { accountId = '' } = await idsOf('acme')
    const search = await all.call(admin, '/api/v1/accounts?search=ann')
    expect(search.body.items.map((one: { username: string }) => one.username)).toEqual(['globex-ann'])
    expect((await all.call(admin, `/api/v1/audit?target=${accountId}`)).body).toEqual({ items: [] })
    const audit = await all.call(admin, '/api/v1/audit?limit=100')
    expect(audit.text).not.toContain('acme')
  })

  test('T-TEN-03 an app gets no token for a neighbour’s API by writing down its scopes', async () => {
    const admin = await all.admin('globex')
    const app = await all.call(admin, '/api/v1/apps', 'POST', {
      name: 'Curious',
      grantTypes: ['client_credentials'],
      scopes: ['orders:write', 'accounts:read'],
    })
    expect(app.status).toBe(201)
    const token = async (more: Record<string, string>) => {
      const answer = await all.engine.fetch('/oauth2/token', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${app.body.clientId}:${app.body.secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...more }),
      })
      return (await answer.json()) as Record<string, string>
    }
    const { access_token: given = '', scope } = await token({ scope: 'orders:write' })
    expect(scope).toBe('')
    expect(JSON.parse(atob(given.split('.')[1] ?? '')).aud).toBe(all.engine.publicUrl)
    for (const resource of ['https://orders.acme.test', 'https://open.acme.test'])
      expect(await token({ resource })).toMatchObject({ error: 'invalid_target' })
  })

  test('T-TOK-04 an app that calls itself like a neighbour’s API, or like the issuer, learns nothing of tokens for them', async () => {
    const admin = await all.admin('globex')
    const { engine } = all
    const acme = await engine.engine.organizations.find('acme')
    const owner = await engine.engine.clients.find('acme-admin')
    if (!acme || !owner) throw new Error('no acme')
    const token = async (resource: string[]) =>
      (await engine.engine.tokens.access({ client: owner, scope: [], resource, subject: undefined })).accessToken
    for (const clientId of ['https://orders.acme.test', engine.publicUrl]) {
      const app = await all.call(admin, '/api/v1/apps', 'POST', {
        name: 'Twin',
        clientId,
        grantTypes: ['client_credentials'],
      })
      expect(app.status).toBe(201)
      const answer = await engine.fetch('/oauth2/introspect', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${app.body.secret}`)}` },
        body: new URLSearchParams({ token: await token(clientId === engine.publicUrl ? [] : [clientId]) }),
      })
      expect(await answer.json()).toEqual({ active: false })
    }
  })

  test('T-TEN-08 nobody gives an app more of the API than they have, or takes over one that has more', async () => {
    const few = await all.admin('globex', 'apps:read apps:write')
    const create = (scopes: string[]) =>
      all.call(few, '/api/v1/apps', 'POST', { name: 'Ladder', grantTypes: ['client_credentials'], scopes })
    expect((await create(['apps:write', 'accounts:write'])).status).toBe(403)
    const own = await create(['apps:write', 'me:read'])
    expect(own.status).toBe(201)
    expect((await all.call(few, `/api/v1/apps/${own.body.id}`, 'PATCH', { scopes: ['audit:read'] })).status).toBe(403)
    const { appId } = await idsOf('globex')
    expect((await all.call(few, `/api/v1/apps/${appId}/secrets`, 'POST')).status).toBe(403)
    const redirectUris = ['https://evil.example/cb']
    expect((await all.call(few, `/api/v1/apps/${appId}`, 'PATCH', { redirectUris })).status).toBe(403)
  })

  test('a root sees and changes the organizations below it as objects, not their rows', async () => {
    const admin = await all.admin('northwind')
    const list = await all.call(admin, '/api/v1/organizations')
    expect(list.body.items.map((one: { handle: string }) => one.handle)).toEqual(['acme', 'globex'])
    expect((await all.call(admin, '/api/v1/organizations/acme', 'PATCH', { name: 'Acme Europe' })).body).toMatchObject({
      name: 'Acme Europe',
    })
    expect((await all.call(await all.admin('acme'), '/api/v1/organizations/globex')).status).toBe(404)
    expect((await all.call(await all.admin('acme'), '/api/v1/organizations/northwind')).status).toBe(404)
  })
})
