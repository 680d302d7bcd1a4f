import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignedIn } from '../../domain/api/tokens.fixture.ts'
import { signedIn } from '../../domain/api/tokens.fixture.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

const portal = {
  clientId: 'portal',
  name: 'Portal',
  secret: 'portal-secret-0123456789',
  redirectUris: ['http://localhost:3000/account/_auth/callback'],
  scopes: ['openid', 'profile', 'email', 'offline_access', 'me:read', 'me:write'],
  firstParty: true,
}
const apis = [
  {
    identifier: 'https://notes.example/api',
    name: 'Notes API',
    scopes: [{ name: 'notes:read', description: 'Read your notes' }],
  },
]
const notes = {
  clientId: 'notes',
  name: 'Notes',
  uri: 'https://notes.example',
  secret: 'notes-secret-0123456789',
  redirectUris: ['https://notes.example/callback'],
  scopes: ['openid', 'notes:read', 'me:read'],
}
const people = ['alex', 'kim', 'pat', 'sam', 'tara', 'uma', 'vic', 'wim', 'zoe'].map((name) => ({
  username: `${name}@demo.test`,
  email: `${name}@demo.test`,
  emailVerified: name !== 'zoe',
  name,
  password: `demo-${name}-2026-long`,
}))

let engine: TestEngine
beforeAll(async () => {
  engine = await testEngine({ config: { apps: [portal, notes], apis, accounts: people } })
})
afterAll(() => engine.close())

const me = async (person: SignedIn, path = '', init: RequestInit = {}) => {
  const answer = await engine.fetch(`/api/v1/me${path}`, {
    ...init,
    headers: { authorization: person.authorization, ...(init.body ? { 'content-type': 'application/json' } : {}) },
  })
  return { status: answer.status, json: async () => JSON.parse(await answer.text()) }
}
const body = (value: unknown, method = 'POST') => ({ method, body: JSON.stringify(value) })

describe('my profile', () => {
  test('is shown to me, without what only administrators see', async () => {
    const alex = await signedIn(engine, 'alex@demo.test')
    const answer = await me(alex)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      id: alex.account,
      organization: expect.stringMatching(/^org_/),
      username: 'alex@demo.test',
      email: 'alex@demo.test',
      emailVerified: true,
      name: 'alex',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    })
  })

  test('can be changed and cleared', async () => {
    const alex = await signedIn(engine, 'alex@demo.test')
    expect(await (await me(alex, '', body({ name: 'Alex Rivera', locale: 'de' }, 'PATCH'))).json()).toMatchObject({
      name: 'Alex Rivera',
      locale: 'de',
    })
    expect(await (await me(alex, '', body({ locale: null }, 'PATCH'))).json()).not.toHaveProperty('locale')
  })

  test.each([
    { emailVerified: true },
    { email: 'admin@demo.test' },
    { username: 'admin' },
    { status: 'active' },
    { attributes: { admin: true } },
    { role: 'admin' },
    { id: 'usr_other' },
    { org: 'org_other' },
    { userId: 'usr_other', name: 'x' },
  ])('T-AUT-03 what I may not set myself is refused: %j', async (patch) => {
    const zoe = await signedIn(engine, 'zoe@demo.test')
    const before = await (await me(zoe)).json()
    const answer = await me(zoe, '', body(patch, 'PATCH'))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'request.invalid_parameter' })
    expect(await (await me(zoe)).json()).toEqual(before)
  })

  test.each([
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"name":"x","__proto__":{"status":"active"}}',
  ])('T-PRO-01 a body cannot reach a prototype: %s', async (text) => {
    const zoe = await signedIn(engine, 'zoe@demo.test')
    const answer = await me(zoe, '', { method: 'PATCH', body: text })
    expect(answer.status).toBe(400)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test('needs a token with the right scope, of a person', async () => {
    expect((await engine.fetch('/api/v1/me')).status).toBe(401)
    const reader = await signedIn(engine, 'alex@demo.test', { scope: ['openid', 'me:read'] })
    expect((await me(reader, '', body({ name: 'x' }, 'PATCH'))).status).toBe(403)
    const wrongAudience = await signedIn(engine, 'alex@demo.test', { scope: ['openid'] })
    expect((await me(wrongAudience)).status).toBe(401)
  })
})

describe('my password', () => {
  test('T-SES-05 changes with the current one, ends every other session and their tokens, and is told to me by mail', async () => {
    const here = await signedIn(engine, 'kim@demo.test')
    const elsewhere = await signedIn(engine, 'kim@demo.test')
    engine.clock.advance(120_000)
    const answer = await me(
      here,
      '/password',
      body({ currentPassword: 'demo-kim-2026-long', newPassword: 'a quite different one' }, 'PUT'),
    )
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ sessionsEnded: 1 })
    expect((await me(here, '/sessions')).status).toBe(200)
    await expect.poll(async () => (await me(elsewhere, '/sessions')).status).toBe(401)
    await expect
      .poll(() => engine.inbox.filter((mail) => mail.to === 'kim@demo.test').map((mail) => mail.subject))
      .toEqual(['Your Cardea password was changed'])
    const again = await me(
      here,
      '/password',
      body({ currentPassword: 'demo-kim-2026-long', newPassword: 'yet another one here' }, 'PUT'),
    )
    expect(again.status).toBe(422)
    expect(await again.json()).toMatchObject({ code: 'api.current_password_wrong' })
  })

  test('T-BRU-01 is not found out by a burst of guesses with a stolen session', async () => {
    const stolen = await signedIn(engine, 'zoe@demo.test')
    const guesses = Array.from({ length: 40 }, (_, index) =>
      me(stolen, '/password', body({ currentPassword: `guess ${index}`, newPassword: 'a quite different one' }, 'PUT')),
    )
    const codes = await Promise.all(guesses.map(async (guess) => (await (await guess).json()).code))
    const judged = codes.filter((code) => code === 'api.current_password_wrong').length
    // Eleven, and on a slow machine those whose delay of one and two seconds has passed meanwhile.
    expect(judged).toBeGreaterThanOrEqual(11)
    expect(judged).toBeLessThanOrEqual(13)
    expect(codes.filter((code) => code === 'flow.wait')).toHaveLength(40 - judged)
  })

  test('is not changed to one that is refused, and nothing ends', async () => {
    const here = await signedIn(engine, 'sam@demo.test')
    const elsewhere = await signedIn(engine, 'sam@demo.test')
    const answer = await me(
      here,
      '/password',
      body({ currentPassword: 'demo-sam-2026-long', newPassword: 'short' }, 'PUT'),
    )
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect((await answer.json()).code).toMatch(/^password\./)
    expect((await me(elsewhere)).status).toBe(200)
  })
})

describe('my sessions', () => {
  test('that share a browser are one, and end as one', async () => {
    const [first, second, elsewhere] = [
      await signedIn(engine, 'wim@demo.test'),
      await signedIn(engine, 'wim@demo.test'),
      await signedIn(engine, 'wim@demo.test'),
    ]
    const { engine: cardea } = engine
    const root = await cardea.organizations.root()
    const find = async (id: SignedIn['session']) => {
      const session = await cardea.sessions.find(root.id, id)
      if (!session) throw new Error('it has ended')
      return session
    }
    const [older, newer] = [await find(first.session), await find(second.session)]
    await cardea.store.unit((unit) => cardea.sessions.shareBrowser(unit, newer, older))
    const seenBy = async (person: SignedIn) => {
      const { items } = await (await me(person, '/sessions')).json()
      return items.map(({ id, current }: { id: string; current: boolean }) => [id, current])
    }
    for (const here of [first, second]) {
      const seen = await seenBy(here)
      expect(seen).toHaveLength(2)
      expect(seen).toContainEqual([here.session, true])
      expect(seen).toContainEqual([elsewhere.session, false])
    }
    const [[shown]] = (await seenBy(elsewhere)).filter(([, current]: [string, boolean]) => !current)
    expect((await me(elsewhere, `/sessions/${shown}`, { method: 'DELETE' })).status).toBe(204)
    expect(await seenBy(elsewhere)).toEqual([[elsewhere.session, true]])
  })

  test('are listed with the current one marked, and in words', async () => {
    const pat = await signedIn(engine, 'pat@demo.test')
    const other = await signedIn(engine, 'pat@demo.test')
    const { items } = await (await me(pat, '/sessions')).json()
    expect(items).toHaveLength(2)
    expect(items.find((one: { current: boolean }) => one.current)).toMatchObject({
      id: pat.session,
      browser: 'Firefox',
      device: 'macOS',
      address: '198.51.100.7',
      amr: ['pwd'],
    })
    expect((await me(pat, `/sessions/${other.session}`, { method: 'DELETE' })).status).toBe(204)
    expect((await (await me(pat, '/sessions')).json()).items).toHaveLength(1)
    await expect.poll(async () => (await me(other)).status).toBe(401)
  })

  test('of somebody else do not exist for me', async () => {
    const pat = await signedIn(engine, 'pat@demo.test')
    const tara = await signedIn(engine, 'tara@demo.test')
    const answer = await me(pat, `/sessions/${tara.session}`, { method: 'DELETE' })
    expect(answer.status).toBe(404)
    expect((await me(tara)).status).toBe(200)
  })

  test('all others end at once', async () => {
    const uma = await signedIn(engine, 'uma@demo.test')
    const others = [await signedIn(engine, 'uma@demo.test'), await signedIn(engine, 'uma@demo.test')]
    expect(await (await me(uma, '/sessions', { method: 'DELETE' })).json()).toEqual({ sessionsEnded: 2 })
    for (const other of others) await expect.poll(async () => (await me(other)).status).toBe(401)
    expect((await me(uma)).status).toBe(200)
  })
})

describe('apps I have let in', () => {
  test('are listed with what they may do, and can be sent away', async () => {
    const wim = await signedIn(engine, 'wim@demo.test')
    const { clients, accounts, grants, store } = engine.engine
    const [client, account] = [await clients.find('notes'), await accounts.findBySubject(wim.account)]
    if (!client || !account) throw new Error('nobody')
    await store.unit((unit) =>
      grants.rememberConsent(unit, client, account, ['openid', 'notes:read', 'https://notes.example/api']),
    )
    const theirs = await signedIn(engine, 'wim@demo.test', { clientId: 'notes', scope: ['openid', 'me:read'] })
    expect((await me(theirs)).status).toBe(200)
    expect((await (await me(wim, '/apps')).json()).items).toEqual([
      {
        id: client.id,
        name: 'Notes',
        uri: 'https://notes.example',
        scopes: [
          { name: 'openid', description: 'Know who you are' },
          { name: 'notes:read', description: 'Read your notes' },
          { name: 'https://notes.example/api', description: 'Use Notes API' },
        ],
        grantedAt: expect.any(String),
      },
    ])
    expect((await me(wim, `/apps/${client.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await (await me(wim, '/apps')).json()).items).toEqual([])
    await expect.poll(async () => (await me(theirs)).status).toBe(401)
    expect((await me(wim, `/apps/${client.id}`, { method: 'DELETE' })).status).toBe(404)
  })
})

describe('my activity', () => {
  test('shows what I and others did, newest first, in pages', async () => {
    const vic = await signedIn(engine, 'vic@demo.test')
    await me(vic, '', body({ name: 'Vic' }, 'PATCH'))
    await expect
      .poll(async () => (await (await me(vic, '/activity')).json()).items.map((item: { type: string }) => item.type))
      .toEqual(expect.arrayContaining(['account.updated', 'session.created', 'account.created']))
    const first = await (await me(vic, '/activity?limit=1')).json()
    expect(first.items).toHaveLength(1)
    const second = await (await me(vic, `/activity?limit=1&after=${first.next}`)).json()
    expect(second.items[0].id).not.toBe(first.items[0].id)
    const all = await (await me(vic, '/activity')).json()
    expect(all.items.find((item: { type: string }) => item.type === 'account.updated')).toMatchObject({
      byMe: true,
      app: 'portal',
      address: '198.51.100.7',
    })
  })

  test.each(['', 'abc', '1.5', '-1', '1e30', '99999999999999999999'])(
    'a page after %j, which no page names, is refused',
    async (after) => {
      const vic = await signedIn(engine, 'vic@demo.test')
      const answer = await me(vic, `/activity?after=${after}`)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ code: 'request.invalid_parameter', params: { name: 'after' } })
    },
  )
})
