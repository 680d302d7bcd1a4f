import { afterAll, beforeEach, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { config, nativeApp } from './sign-in.fixture.ts'

const engines: TestEngine[] = []
let cardea: TestEngine
beforeEach(async () => {
  cardea = await testEngine({ config })
  engines.push(cardea)
})
afterAll(() => Promise.all(engines.map((one) => one.close())))

/** Starts flows all at once, as the backend of an app does; how many were opened, and what the others were told. */
async function startAll(count: number, headers: Record<string, string>) {
  const app = nativeApp(cardea, 'calendar', headers)
  const answers = await Promise.all(Array.from({ length: count }, () => app.start()))
  const refused = answers.filter(({ status }) => status !== 200)
  return { opened: count - refused.length, statuses: [...new Set(refused.map(({ status }) => status))], refused }
}

const flows = async () =>
  (await cardea.engine.store.across('count in a test').selectFrom('flow').select('id_hash').execute()).length

test('T-DOS-01 whoever a backend tells of opens a thousand flows a minute, and then none', async () => {
  const stranger = { 'cardea-client-address': '203.0.113.200' }
  const { opened, statuses, refused } = await startAll(1001, stranger)
  expect(opened).toBe(1000)
  expect(statuses).toEqual([429])
  expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await flows()).toBe(1000)
  expect((await startAll(1, { 'cardea-client-address': '203.0.113.201' })).opened).toBe(1)
  cardea.clock.advance(60_001)
  expect((await startAll(1, stranger)).opened).toBe(1)
})

test('a backend that tells of nobody answers for what it starts', async () => {
  expect(await startAll(1001, {})).toMatchObject({ opened: 1001 })
})

test('counting a start costs it no transaction', async () => {
  const app = nativeApp(cardea, 'calendar', { 'cardea-client-address': '203.0.113.202' })
  await app.start()
  // Background work may add to a round; it never takes anything away.
  const costs: number[] = []
  for (let round = 0; round < 3; round++) {
    await new Promise((go) => setTimeout(go, 200))
    const before = cardea.engine.store.counts().transactions
    await app.start()
    costs.push(cardea.engine.store.counts().transactions - before)
  }
  expect(Math.min(...costs)).toBe(1)
})
