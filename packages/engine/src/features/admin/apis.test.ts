import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tenants } from './tenants.fixture.ts'
import { tenants } from './tenants.fixture.ts'

let all: Tenants
let admin: string
beforeAll(async () => {
  all = await tenants()
  admin = await all.admin('northwind')
})
afterAll(() => all.close())

const api = (path: string, method = 'GET', body?: unknown) => all.call(admin, `/api/v1${path}`, method, body)

/** What an app of the organization gets when it asks for a token for an API. */
async function token(clientId: string, secret: string, asked: Record<string, string>) {
  const answer = await all.engine.fetch('/oauth2/token', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...asked }),
  })
  const body = (await answer.json()) as Record<string, string>
  const claims = body.access_token ? JSON.parse(atob(body.access_token.split('.')[1] ?? '')) : undefined
  return { ...body, claims }
}

describe('APIs', () => {
  test('are registered with their scopes, found, changed, and deleted', async () => {
    const created = await api('/apis', 'POST', {
      identifier: 'https://stock.northwind.test',
      name: 'Stock',
      scopes: [{ name: 'stock:read', description: 'See what is in stock' }],
    })
    expect(created).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^api_/),
        organization: expect.stringMatching(/^org_/),
        identifier: 'https://stock.northwind.test',
        scopes: [{ name: 'stock:read', description: 'See what is in stock' }],
      },
    })
    expect(created.body).not.toHaveProperty('accessTokenLifetime')
    const path = `/apis/${created.body.id}`
    expect((await api(path)).body).toEqual(created.body)
    expect((await api('/apis?search=STOCK')).body).toEqual({ items: [created.body] })
    const scopes = [...created.body.scopes, { name: 'stock:write', description: 'Change what is in stock' }]
    const changed = await api(path, 'PATCH', { scopes, accessTokenLifetime: 120 })
    expect(changed.body).toEqual({ ...created.body, scopes, accessTokenLifetime: 120 })
    const renamed = await api(path, 'PATCH', { name: 'Warehouse', accessTokenLifetime: null })
    expect(renamed.body).toEqual({ ...created.body, name: 'Warehouse', scopes })
    expect((await api(path, 'DELETE')).status).toBe(204)
    for (const method of ['GET', 'DELETE'])
      expect((await api(path, method)).body).toMatchObject({ code: 'api.not_found', params: { kind: 'API' } })
  })

  test('are what tokens are for at once, and no longer when they are deleted', async () => {
    const { body: created } = await api('/apis', 'POST', {
      identifier: 'https://prices.northwind.test',
      name: 'Prices',
      scopes: [{ name: 'prices:read', description: 'See prices' }],
      accessTokenLifetime: 900,
    })
    const { body: app } = await api('/apps', 'POST', {
      name: 'Till',
      grantTypes: ['client_credentials'],
      scopes: ['prices:read', 'prices:write'],
    })
    const ask = (asked: Record<string, string>) =>
      token(app.clientId, app.secret, { scope: 'prices:read prices:write', ...asked })
    expect(await ask({ resource: created.identifier })).toMatchObject({
      scope: 'prices:read',
      expires_in: 900,
      claims: { aud: 'https://prices.northwind.test' },
    })
    const more = [...created.scopes, { name: 'prices:write', description: 'Change prices' }]
    await api(`/apis/${created.id}`, 'PATCH', { scopes: more })
    expect((await ask({ resource: created.identifier })).claims.scope).toBe('prices:read prices:write')
    await api(`/apis/${created.id}`, 'DELETE')
    expect(await ask({ resource: created.identifier })).toMatchObject({ error: 'invalid_target' })
  })

  test('come in pages, by their identifier', async () => {
    for (const name of ['e', 'b', 'a', 'd', 'c'])
      await api('/apis', 'POST', { identifier: `https://page-${name}.test`, name: `Page ${name}` })
    const found: string[] = []
    let next: string | undefined
    do {
      const { body } = await api(`/apis?search=page-&limit=2${next ? `&after=${encodeURIComponent(next)}` : ''}`)
      found.push(...body.items.map((one: { name: string }) => one.name))
      next = body.next
    } while (next)
    expect(found).toEqual(['Page a', 'Page b', 'Page c', 'Page d', 'Page e'])
    expect((await api('/apis?search=%25')).body.items).toEqual([])
  })

  test('have an identifier that means one API, for good', async () => {
    const { body } = await api('/apis', 'POST', { identifier: 'https://once.northwind.test', name: 'Once' })
    const again = await api('/apis', 'POST', { identifier: 'https://once.northwind.test', name: 'Twice' })
    expect(again).toMatchObject({ status: 409, body: { code: 'api.conflict', params: { field: 'identifier' } } })
    // Its tokens would be good at whoever answers to the old one.
    expect((await api(`/apis/${body.id}`, 'PATCH', { identifier: 'https://other.test' })).status).toBe(400)
  })

  test('T-TEN-08 cannot stand for the identity provider, or define what allows administration', async () => {
    const { publicUrl } = all.engine
    const own = [
      publicUrl,
      `${publicUrl}/`,
      `${publicUrl}/api/v1`,
      `${publicUrl}/other`,
      `${publicUrl.toUpperCase()}/x`,
    ]
    for (const identifier of own) {
      const refused = await api('/apis', 'POST', { identifier, name: 'Twin' })
      expect([409, 422], `${identifier}: ${refused.text}`).toContain(refused.status)
    }
    for (const name of ['accounts:write', 'apis:write', 'openid', 'offline_access']) {
      const scopes = [{ name, description: 'Harmless' }]
      const refused = await api('/apis', 'POST', { identifier: 'https://ladder.test', name: 'Ladder', scopes })
      expect(refused).toMatchObject({ status: 422, body: { code: 'api.invalid', params: { field: 'scopes' } } })
    }
    const { body } = await api('/apis', 'POST', { identifier: 'https://ladder.test', name: 'Ladder' })
    const scopes = [{ name: 'audit:read', description: 'Harmless' }]
    expect((await api(`/apis/${body.id}`, 'PATCH', { scopes })).status).toBe(422)
  })

  test('a body holds what is listed and nothing else', async () => {
    const bodies = [
      {},
      { identifier: 'not a uri', name: 'x' },
      { identifier: 'https://a.test/#b', name: 'x' },
      { identifier: 'https://a.test', name: 'x', organization: 'acme' },
      { identifier: 'https://a.test', name: 'x', scopes: [{ name: 'two words', description: 'x' }] },
      { identifier: 'https://a.test', name: 'x', scopes: [{ name: 'a' }] },
    ]
    for (const body of bodies) expect((await api('/apis', 'POST', body)).status, JSON.stringify(body)).toBe(400)
    const twice = [
      { name: 'a', description: 'One' },
      { name: 'a', description: 'Another' },
    ]
    expect((await api('/apis', 'POST', { identifier: 'https://a.test', name: 'x', scopes: twice })).status).toBe(400)
  })

  test('need their own scopes', async () => {
    const reader = await all.admin('northwind', 'apis:read')
    expect((await all.call(reader, '/api/v1/apis')).status).toBe(200)
    const body = { identifier: 'https://read.test', name: 'x' }
    expect((await all.call(reader, '/api/v1/apis', 'POST', body)).status).toBe(403)
    expect((await all.call(await all.admin('northwind', 'apps:write'), '/api/v1/apis', 'POST', body)).status).toBe(403)
  })

  test('T-AUD-01 each change is on record: who, by which request, what it was and is', async () => {
    const { body: created } = await api('/apis', 'POST', { identifier: 'https://recorded.test', name: 'Recorded' })
    await api(`/apis/${created.id}`, 'PATCH', { name: 'Recorded twice' })
    await api(`/apis/${created.id}`, 'DELETE')
    const entries = async () => (await api(`/audit?target=${created.id}`)).body.items
    await expect.poll(async () => (await entries()).length).toBe(3)
    const [removed, updated, first] = await entries()
    expect([first.type, updated.type, removed.type]).toEqual([
      'resource.created',
      'resource.updated',
      'resource.removed',
    ])
    expect(first).toMatchObject({ app: 'northwind-admin', request: expect.any(String), data: { before: null } })
    expect(updated.data).toMatchObject({ before: first.data.after, after: expect.any(String) })
    expect(removed.data).toMatchObject({ before: updated.data.after, after: null })
  })
})
