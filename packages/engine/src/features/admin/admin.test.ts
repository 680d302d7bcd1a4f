import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { clientToken } from '../../domain/api/tokens.fixture.ts'
import type { Tenants } from './tenants.fixture.ts'
import { adminScopes, tenants } from './tenants.fixture.ts'

let all: Tenants
let admin: string
beforeAll(async () => {
  all = await tenants()
  admin = await all.admin('northwind')
})
afterAll(() => all.close())

const api = (path: string, method = 'GET', body?: unknown) => all.call(admin, `/api/v1${path}`, method, body)

describe('accounts', () => {
  test('are created, found, changed, and deleted', async () => {
    const created = await api('/accounts', 'POST', {
      username: 'mina',
      email: 'mina@northwind.test',
      name: 'Mina Okafor',
    })
    expect(created).toMatchObject({
      status: 201,
      body: {
        username: 'mina',
        emailVerified: false,
        status: 'active',
        attributes: {},
        id: expect.stringMatching(/^usr_/),
      },
    })
    const path = `/accounts/${created.body.id}`
    expect((await api(path)).body).toEqual(created.body)
    expect((await api('/accounts?search=OKAFOR')).body.items).toEqual([created.body])
    const changed = await api(path, 'PATCH', { emailVerified: true, name: null, attributes: { team: 'blue' } })
    expect(changed.body).toMatchObject({ emailVerified: true, attributes: { team: 'blue' } })
    expect(changed.body).not.toHaveProperty('name')
    expect((await api(path, 'DELETE')).status).toBe(204)
    expect((await api(path)).body).toMatchObject({
      status: 404,
      code: 'api.not_found',
      params: { kind: 'account' },
      traceId: expect.any(String),
    })
  })

  test('come in pages', async () => {
    for (let index = 0; index < 5; index += 1) await api('/accounts', 'POST', { username: `page-${index}` })
    const names: string[] = []
    let next: string | undefined
    do {
      const { body } = await api(`/accounts?search=page-&limit=2${next ? `&after=${encodeURIComponent(next)}` : ''}`)
      expect(body.items.length).toBeLessThanOrEqual(2)
      names.push(...body.items.map((one: { username: string }) => one.username))
      next = body.next
    } while (next)
    expect(names.sort()).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4'])
  })

  test('a taken name is a conflict that says which', async () => {
    await api('/accounts', 'POST', { username: 'twice' })
    expect((await api('/accounts', 'POST', { username: 'TWICE' })).body).toMatchObject({
      status: 409,
      code: 'api.conflict',
      params: { kind: 'account', field: 'username' },
    })
  })

  test('nobody’s username is another’s address: either says who signs in', async () => {
    await api('/accounts', 'POST', { username: 'vera', email: 'vera@northwind.test' })
    const taken = (field: string) => ({ status: 409, params: { kind: 'account', field } })
    expect((await api('/accounts', 'POST', { username: 'Vera@northwind.test' })).body).toMatchObject(taken('username'))
    await api('/accounts', 'POST', { username: 'wes@northwind.test', email: 'wes@northwind.test' })
    const other = await api('/accounts', 'POST', { username: 'wes', email: 'wes@northwind.test' })
    expect(other.body).toMatchObject(taken('email'))
  })

  test('a new address is not verified because the one before was', async () => {
    const given = { username: 'nora', email: 'nora@northwind.test', emailVerified: true }
    const { body } = await api('/accounts', 'POST', given)
    const change = (patch: object) => api(`/accounts/${body.id}`, 'PATCH', patch)
    expect((await change({ email: 'nora@other.test' })).body.emailVerified).toBe(false)
    expect((await change({ email: 'nora@third.test', emailVerified: true })).body.emailVerified).toBe(true)
    expect((await change({ email: 'nora@third.test', name: 'Nora' })).body.emailVerified).toBe(true)
  })

  test('a disabled account is signed out everywhere, at once', async () => {
    const ann = await all.person('northwind')
    expect((await all.call(ann.authorization, '/api/v1/me')).status).toBe(200)
    expect((await api(`/accounts/${ann.account}/disable`, 'POST')).body).toMatchObject({ status: 'disabled' })
    expect((await all.call(ann.authorization, '/api/v1/me')).status).toBe(401)
    expect((await api(`/accounts/${ann.account}/sessions`)).body.items).toEqual([])
    expect((await api(`/accounts/${ann.account}/enable`, 'POST')).body).toMatchObject({ status: 'active' })
    await expect.poll(async () => (await all.call(ann.authorization, '/api/v1/me')).status).toBe(401)
  })

  test('factors are listed without their secrets and removed; sessions with them', async () => {
    const ann = await all.person('northwind')
    const { body, text } = await api(`/accounts/${ann.account}/factors`)
    expect(body.items.map((one: { authenticator: string }) => one.authenticator).sort()).toEqual(['password', 'totp'])
    expect(text).not.toMatch(/argon2|secret|JBSWY3DP/)
    const totp = body.items.find((one: { authenticator: string }) => one.authenticator === 'totp')
    expect((await api(`/accounts/${ann.account}/factors/${totp.id}`, 'DELETE')).status).toBe(204)
    expect((await api(`/accounts/${ann.account}/factors`)).body.items).toHaveLength(1)
    expect((await api(`/accounts/${ann.account}/sessions`)).body.items).toEqual([])
  })

  test('T-SES-05 a factor stays when the sessions cannot be ended, and is removed by the next try', async () => {
    const acme = await all.admin('acme')
    const { account } = await all.person('acme')
    const path = `/api/v1/accounts/${account}/factors`
    const { items } = (await all.call(acme, path)).body
    const remove = () => all.call(acme, `${path}/${items[0].id}`, 'DELETE')
    const broken = vi.spyOn(all.engine.engine.sessions, 'endAll').mockRejectedValue(new Error('the database went away'))
    expect((await remove()).status).toBe(500)
    broken.mockRestore()
    expect((await all.call(acme, path)).body.items).toEqual(items)
    expect((await remove()).status).toBe(204)
    expect((await all.call(acme, `/api/v1/accounts/${account}/sessions`)).body.items).toEqual([])
  })

  test('sessions end one by one and all at once', async () => {
    const [first] = [await all.person('northwind'), await all.person('northwind'), await all.person('northwind')]
    expect((await api(`/accounts/${first.account}/sessions`)).body.items).toHaveLength(3)
    expect((await api(`/sessions/${first.session}`, 'DELETE')).status).toBe(204)
    expect((await api(`/accounts/${first.account}/sessions`, 'DELETE')).body).toEqual({ sessionsEnded: 2 })
  })
})

describe('sign-in policies', () => {
  const naming = (...names: string[]) => ({ signInPolicy: { steps: [{ id: 'first-factor', alternatives: names }] } })
  const app = { name: 'Tower', redirectUris: ['https://tower.example/callback'] }

  test('that name an authenticator which does not exist are refused: nobody could sign in', async () => {
    const unknown = naming('password', 'carrier-pigeon')
    const refusal = {
      status: 422,
      code: 'api.invalid',
      params: {
        field: 'signInPolicy.steps[0].alternatives[1]',
        reason: expect.stringMatching(/^there is no authenticator 'carrier-pigeon'; there are .*\bpassword\b/),
      },
    }
    const [organization, registered] = await Promise.all([
      api('/organizations', 'POST', { handle: 'tower', name: 'Tower' }),
      api('/apps', 'POST', app),
    ])
    const refused = [
      await api('/organizations', 'POST', { handle: 'loft', name: 'Loft', ...unknown }),
      await api(`/organizations/${organization.body.id}`, 'PATCH', unknown),
      await api('/apps', 'POST', { ...app, ...unknown }),
      await api(`/apps/${registered.body.id}`, 'PATCH', unknown),
    ]
    expect(refused.map(({ body }) => body)).toMatchObject([refusal, refusal, refusal, refusal])
    const known = naming('password')
    expect((await api(`/organizations/${organization.body.id}`, 'PATCH', known)).body).toMatchObject(known)
    expect((await api(`/apps/${registered.body.id}`, 'PATCH', known)).body).toMatchObject(known)
  })
})

describe('apps', () => {
  test('are registered with a secret that is shown once', async () => {
    const created = await api('/apps', 'POST', {
      name: 'Calendar',
      redirectUris: ['https://calendar.example/callback'],
    })
    expect(created).toMatchObject({
      status: 201,
      body: {
        profile: 'oauth21',
        idTokenAlg: 'ES256',
        authMethod: 'client_secret_basic',
        firstParty: false,
        secret: expect.any(String),
      },
    })
    const { secret, ...view } = created.body
    const shown = await api(`/apps/${view.id}`)
    expect(shown.body).toEqual(view)
    expect(shown.text).not.toContain(secret)
    expect((await api('/apps?search=calend')).body.items).toEqual([view])
  })

  test('are found by part of a name or client id, which is no pattern', async () => {
    const { body: app } = await api('/apps', 'POST', {
      clientId: 'under_score',
      name: '100% Sure',
      redirectUris: ['https://s.example/cb'],
    })
    const found = async (search: string) =>
      (await api(`/apps?search=${encodeURIComponent(search)}`)).body.items.map((one: { id: string }) => one.id)
    for (const search of ['under_', 'SCORE', '100%', 'sure']) expect(await found(search)).toEqual([app.id])
    expect(await found('under%score')).toEqual([])
  })

  test('change their secret without a gap', async () => {
    const { body: app } = await api('/apps', 'POST', {
      name: 'Worker',
      redirectUris: [],
      grantTypes: ['client_credentials'],
      scopes: ['audit:read'],
    })
    const works = async (secret: string) => {
      const answer = await all.engine.fetch('/oauth2/token', {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${app.clientId}:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      return answer.status === 200
    }
    expect(await works(app.secret)).toBe(true)
    const added = await api(`/apps/${app.id}/secrets`, 'POST')
    expect(added.status).toBe(201)
    expect([await works(app.secret), await works(added.body.secret)]).toEqual([true, true])
    expect((await api(`/apps/${app.id}/secrets/${app.secrets[0].id}`, 'DELETE')).status).toBe(204)
    expect([await works(app.secret), await works(added.body.secret)]).toEqual([false, true])
    expect((await api(`/apps/${app.id}/secrets/${added.body.id}`, 'DELETE')).status).toBe(422)
  })

  test.each([
    ['redirectUris', { redirectUris: ['http://evil.example/cb'] }],
    ['redirectUris', { redirectUris: ['javascript:alert(1)'] }],
    ['redirectUris', { redirectUris: ['https://app.example/cb#fragment'] }],
    ['origins', { origins: ['https://app.example/path'] }],
    ['jwks', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'private' }] } }],
    ['refreshLeeway', { refreshLeeway: 9999 }],
  ])('a wrong %s is refused by name: %j', async (member, registration) => {
    const answer = await api('/apps', 'POST', {
      name: 'Wrong',
      redirectUris: ['https://app.example/cb'],
      ...registration,
    })
    expect(answer.status).toBe(400)
    expect(answer.body.params.name).toContain(member)
  })

  test('only a first-party app may be app-native', async () => {
    const answer = await api('/apps', 'POST', {
      name: 'Native',
      redirectUris: ['https://app.example/cb'],
      appNative: true,
    })
    expect(answer.body).toMatchObject({ code: 'api.invalid', params: { field: 'appNative' } })
  })

  test('a deleted app and a disabled one are refused', async () => {
    const { body: app } = await api('/apps', 'POST', {
      name: 'Gone',
      redirectUris: [],
      grantTypes: ['client_credentials'],
      scopes: ['audit:read'],
    })
    const asks = () => clientToken(all.engine, app.clientId, app.secret, 'audit:read')
    const authorization = await asks()
    const uses = async () => (await all.call(authorization, '/api/v1/audit')).status
    const set = async (status: string) => (await api(`/apps/${app.id}`, 'PATCH', { status })).body
    expect(await uses()).toBe(200)
    expect(await set('disabled')).toMatchObject({ status: 'disabled' })
    await expect(asks()).rejects.toThrow('invalid_client')
    expect(await uses()).toBe(401)
    await set('active')
    expect(await asks()).toMatch(/^Bearer /)
    expect((await api(`/apps/${app.id}`, 'DELETE')).status).toBe(204)
    expect((await api(`/apps/${app.id}`)).status).toBe(404)
    await expect(asks()).rejects.toThrow('invalid_client')
    expect(await uses()).toBe(401)
  })
})

describe('what a body may not do', () => {
  test.each([
    ['/accounts', { username: 'x1', id: 'usr_chosen' }],
    ['/accounts', { username: 'x1', org: 'org_other' }],
    ['/accounts', { username: 'x1', organization: 'org_other' }],
    ['/accounts', { username: 'x1', createdAt: '2020-01-01T00:00:00Z' }],
    ['/accounts', { username: 'x1', attributes: { __proto__x: 1, constructor: 'y' } }],
    ['/apps', { name: 'x', redirectUris: [], secretHashes: ['a'] }],
    ['/apps', { name: 'x', redirectUris: [], secret: 'chosen-secret-0123456789' }],
    ['/apps', { name: 'x', redirectUris: [], organization: 'org_other' }],
    ['/organizations', { handle: 'x', name: 'x', parent: 'org_other' }],
    ['/organizations', { handle: 'x', name: 'x', id: 'org_chosen' }],
  ])('T-AUT-03 %s ignores nothing and takes nothing it does not list: %j', async (path, body) => {
    expect((await api(path, 'POST', body)).body).toMatchObject({ status: 400, code: 'request.invalid_parameter' })
  })

  test('T-PRO-01 reach a prototype', async () => {
    for (const text of [
      '{"username":"p","attributes":{"__proto__":{"admin":true}}}',
      '{"username":"p","__proto__":{"admin":true}}',
    ]) {
      const answer = await all.engine.fetch('/api/v1/accounts', {
        method: 'POST',
        headers: { authorization: admin, 'content-type': 'application/json' },
        body: text,
      })
      expect(answer.status).toBe(400)
    }
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
    expect((await all.call(admin, '/api/v1/accounts?__proto__=x')).status).toBe(400)
  })
})

describe('who may administer', () => {
  test('a scope for reading does not write, and one for accounts does not see apps', async () => {
    const reader = await all.admin('northwind', 'accounts:read')
    expect((await all.call(reader, '/api/v1/accounts')).status).toBe(200)
    const refused = await all.call(reader, '/api/v1/accounts', 'POST', { username: 'no' })
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'request.insufficient_scope', params: { scope: 'accounts:write' } },
    })
    expect((await all.call(reader, '/api/v1/apps')).status).toBe(403)
  })

  test('a person needs to be an administrator, whatever scopes their app got', async () => {
    const ann = await all.person('northwind', 'ann', ['openid', ...adminScopes])
    expect((await all.call(ann.authorization, '/api/v1/accounts')).body).toMatchObject({
      status: 403,
      code: 'api.forbidden',
    })
    const root = await all.person('northwind', 'root', ['openid', ...adminScopes])
    expect((await all.call(root.authorization, '/api/v1/accounts')).status).toBe(200)
  })

  test('T-AUT-04 a call without a session is nobody', async () => {
    for (const headers of [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { cookie: 'cardea_session=x' },
    ] as Record<string, string>[])
      expect((await all.engine.fetch('/api/v1/accounts', { headers })).status).toBe(401)
  })
})

describe('the audit trail', () => {
  const entries = async (query: string) => (await api(`/audit?${query}`)).body.items

  test('T-AUD-01 each privileged change has one record: who, by which request, what it was and is', async () => {
    const { body: account } = await api('/accounts', 'POST', { username: 'audited' })
    const changed = await api(`/accounts/${account.id}`, 'PATCH', { name: 'After' })
    await api(`/accounts/${account.id}`, 'DELETE')
    const client = await all.engine.engine.clients.find('northwind-admin')
    await expect.poll(() => entries(`target=${account.id}`).then((items) => items.length)).toBe(3)
    const [deleted, updated, created] = await entries(`target=${account.id}`)
    for (const entry of [created, updated, deleted]) {
      expect(entry).toMatchObject({
        actor: { type: 'client', id: client?.id },
        app: 'northwind-admin',
        organization: client?.org,
        request: expect.any(String),
        address: '198.51.100.7',
      })
    }
    expect([created.type, updated.type, deleted.type]).toEqual([
      'account.created',
      'account.updated',
      'account.deleted',
    ])
    expect(created.data).toMatchObject({ before: null, after: expect.any(String) })
    expect(updated.data).toMatchObject({ before: created.data.after, after: expect.any(String) })
    expect(updated.data.after).not.toBe(updated.data.before)
    expect(deleted.data).toMatchObject({ before: updated.data.after, after: null })
    expect(changed.status).toBe(200)
    expect((await api('/audit/verify')).body).toMatchObject({ valid: true })
  })

  test('T-AUD-01 every kind of privileged change is on record under its real actor', async () => {
    const { body: account } = await api('/accounts', 'POST', { username: 'recorded' })
    await api(`/accounts/${account.id}/disable`, 'POST')
    await api(`/accounts/${account.id}/enable`, 'POST')
    const { body: app } = await api('/apps', 'POST', { name: 'Recorded', redirectUris: ['https://r.example/cb'] })
    await api(`/apps/${app.id}`, 'PATCH', { name: 'Recorded twice' })
    await api(`/apps/${app.id}/secrets`, 'POST')
    await api(`/apps/${app.id}/secrets/${app.secrets[0].id}`, 'DELETE')
    await api(`/apps/${app.id}`, 'DELETE')
    const ann = await all.person('northwind')
    await api(`/sessions/${ann.session}`, 'DELETE')
    const { body: factors } = await api(`/accounts/${ann.account}/factors`)
    await api(`/accounts/${ann.account}/factors/${factors.items[0].id}`, 'DELETE')
    const client = await all.engine.engine.clients.find('northwind-admin')
    const recorded = async (target: string) => {
      const items: { type: string; actor: unknown; request?: string }[] = await entries(`target=${target}&limit=100`)
      return items.filter((item) => item.request).map((item) => [item.type, item.actor])
    }
    const by = (...types: string[]) => types.map((type) => [type, { type: 'client', id: client?.id }])
    await expect.poll(() => recorded(account.id)).toEqual(by('account.enabled', 'account.disabled', 'account.created'))
    await expect
      .poll(() => recorded(app.id))
      .toEqual(by('client.deleted', 'client.updated', 'client.updated', 'client.updated', 'client.created'))
    await expect.poll(() => recorded(ann.session)).toEqual(by('session.ended'))
    await expect.poll(() => recorded(factors.items[0].id)).toEqual(by('factor.removed'))
  })

  test('T-AUD-01 a refused call changes nothing and leaves no record of a change', async () => {
    // The trail is written after the answer, in order: what an accepted call leaves comes after what was before it.
    const recorded = async (username: string) => {
      const { body } = await api('/accounts', 'POST', { username })
      await expect.poll(() => entries(`target=${body.id}`).then((items) => items.length)).toBe(1)
      return (await entries('type=account.created&limit=100')).length
    }
    const before = await recorded('accepted')
    const refused = await api('/accounts', 'POST', { username: 'audited twice', role: 'admin' })
    expect(refused.status).toBe(400)
    expect(await recorded('accepted-too')).toBe(before + 1)
  })

  test('T-AUD-01 a line break in a value cannot forge a line', async () => {
    const forged = await api('/accounts', 'POST', { username: 'ok', name: 'x\r\n{"type":"account.deleted"}' })
    expect(forged.status).toBe(400)
    const { body } = await api('/accounts', 'POST', { username: 'liner', attributes: { note: 'a\r\nb\u2028c' } })
    await expect.poll(() => entries(`target=${body.id}`).then((items) => items.length)).toBe(1)
    expect((await api('/audit/verify')).body).toMatchObject({ valid: true })
  })

  test('holds no secret', async () => {
    const { text } = await api('/audit?limit=100')
    for (const secret of ['northwind-secret', 'long-northwind-password', 'JBSWY3DP', 'argon2'])
      expect(text).not.toContain(secret)
  })

  test('is filtered by type, time and actor, and comes in pages', async () => {
    const everything: { sequence: number; actor: { id?: string } }[] = await entries('limit=100')
    const type = await entries('type=client.created&limit=100')
    expect(type.length).toBeGreaterThan(0)
    expect(type.every((entry: { type: string }) => entry.type === 'client.created')).toBe(true)
    const client = await all.engine.engine.clients.find('northwind-admin')
    const isBy = (id: string | undefined) => everything.filter(({ actor }) => actor.id === id)
    expect(isBy(client?.id).length).toBeLessThan(everything.length)
    const actor = await entries(`actor=${client?.id}&limit=100`)
    expect(actor.slice(0, isBy(client?.id).length)).toEqual(isBy(client?.id))
    expect(actor.every((entry: { actor: { id?: string } }) => entry.actor.id === client?.id)).toBe(true)
    expect(await entries('actor=app_nobody')).toEqual([])
    expect(await entries('since=2100-01-01T00:00:00Z')).toEqual([])
    expect((await api('/audit?limit=2')).body.next).toBe(String(everything[1]?.sequence))
    expect((await api('/audit?since=yesterday')).status).toBe(400)
    expect((await api('/audit?after=1;drop')).status).toBe(400)
  })
})
