import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

test('values have the asked length and never repeat, across refills of the pool', () => {
  const random = createRandom()
  const values = Array.from({ length: 5000 }, () => random(16))
  expect(new Set(values).size).toBe(5000)
  expect(values.every((value) => Buffer.from(value, 'base64url').length === 16)).toBe(true)
  expect(values).not.toContain(Buffer.alloc(16).toString('base64url'))
})

test.each([0, -1, 1.5, 8193, Number.NaN])('%s bytes are refused', (bytes) => {
  expect(() => createRandom()(bytes)).toThrow(RangeError)
})
