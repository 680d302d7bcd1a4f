import { afterEach, describe, expect, test } from 'vitest'
import type { Tenants } from './tenants.fixture.ts'
import { tenants } from './tenants.fixture.ts'

// The clock stands: what a slow machine's seconds would give back is not in the counts.
const limited = {
  standing: true,
  apiRates: { client: { burst: 20, perSecond: 2 }, person: { burst: 8, perSecond: 0.5 } },
}

describe('T-DOS-01 how much one caller may ask of the APIs', () => {
  let all: Tenants
  afterEach(() => all.close())

  const many = (count: number, ask: () => ReturnType<Tenants['call']>) =>
    Promise.all(Array.from({ length: count }, ask))
  const statuses = (answers: readonly { status: number }[]) =>
    Object.fromEntries([...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]))

  test('a client has a burst and a rate; another one is not held up', async () => {
    all = await tenants('sqlite', limited)
    const acme = await all.admin('acme')
    const answers = await many(30, () => all.call(acme, '/api/v1/apps'))
    expect(statuses(answers)).toEqual({ 200: 20, 429: 10 })
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.headers.get('retry-after')).toBe('1')
    expect(refused?.headers.get('content-type')).toContain('application/problem+json')
    expect(refused?.body).toMatchObject({ code: 'request.rate_limited', status: 429, params: { seconds: 1 } })
    // Neither a new token nor another route helps.
    expect((await all.call(await all.admin('acme'), '/api/v1/audit')).status).toBe(429)
    expect((await all.call(await all.admin('globex'), '/api/v1/apps')).status).toBe(200)
    all.engine.clock.advance(2_000)
    expect(statuses(await many(10, () => all.call(acme, '/api/v1/apps')))).toEqual({ 200: 4, 429: 6 })
  })

  test('a person has one of their own, which their app’s other people do not share', async () => {
    all = await tenants('sqlite', limited)
    const ann = await all.person('acme')
    const answers = await many(10, () => all.call(ann.authorization, '/api/v1/me'))
    expect(statuses(answers)).toEqual({ 200: 8, 429: 2 })
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('2')
    const root = await all.person('acme', 'root')
    expect((await all.call(root.authorization, '/api/v1/me')).status).toBe(200)
    all.engine.clock.advance(60_000)
    expect((await all.call(ann.authorization, '/api/v1/me', 'PATCH', { name: 'Ann' })).status).toBe(200)
  })

  test('a refusal writes nothing, and neither does a call that reads', async () => {
    all = await tenants('sqlite', limited)
    const acme = await all.admin('acme')
    const { store } = all.engine.engine
    const counters = () => store.across('look at counters').selectFrom('attempt').selectAll().execute()
    const before = await counters()
    await many(30, () => all.call(acme, '/api/v1/apps'))
    expect(await counters()).toEqual(before)
  })

  test('every route of the APIs counts', async () => {
    all = await tenants()
    const routes = all.engine.describe().filter(({ path }) => path.startsWith('/api/v1'))
    expect(routes.length).toBeGreaterThan(30)
    for (const { method, path, steps } of routes)
      expect(['administrator', 'self'], `${method} ${path}`).toContain(steps[0])
  })

  test('without a setting a busy caller is not held up', async () => {
    all = await tenants()
    const acme = await all.admin('acme')
    const { authorization } = await all.person('acme')
    expect(statuses(await many(500, () => all.call(acme, '/api/v1/apps')))).toEqual({ 200: 500 })
    expect(statuses(await many(100, () => all.call(authorization, '/api/v1/me')))).toEqual({ 200: 100 })
  })
})
