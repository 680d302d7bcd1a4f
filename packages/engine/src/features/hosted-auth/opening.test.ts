import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { authorizePath, config, pages } from './browser.fixture.ts'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({ config, pages })
})
afterAll(() => cardea.close())

test('T-DOS-01 one network opens a bounded number of sign-ins; others and a later minute are not held up', async () => {
  const open = async (address: string) =>
    (await cardea.fetch(authorizePath(), { address })).headers.get('location') ?? ''
  const addresses = Array.from({ length: 1100 }, (_, index) => `2001:db8:1:2::${index.toString(16)}`)
  const places = await Promise.all(addresses.map(open))
  expect(places.filter((place) => place.includes('/signin?flow='))).toHaveLength(1000)
  // The app is told, as it is of every refusal (RFC 6749 §4.1.2.1).
  expect(places.filter((place) => place.includes('error=temporarily_unavailable'))).toHaveLength(100)
  expect(await open('2001:db8:1:3::1')).toContain('/signin?flow=')
  cardea.clock.advance(61_000)
  expect(await open('2001:db8:1:2::1')).toContain('/signin?flow=')
})
