import { afterEach, expect, test, vi } from 'vitest'
import other from '../server/other.ts'

afterEach(() => void vi.unstubAllEnvs())

test.each([
  [undefined, '/'],
  ['http://localhost:3002', 'http://localhost:3002'],
])('with OTHER_APP=%s it leads to %s', async (app, location) => {
  vi.stubEnv('OTHER_APP', app)
  const answer = await other.fetch(new Request('http://localhost:3001/other'))
  expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
})
