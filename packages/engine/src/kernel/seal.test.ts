import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSealing } from './seal.ts'

const key = randomBytes(32)

test('a sealed value opens under the same key and context, and looks different every time', async () => {
  const { seal, open } = createSealing(key)
  const sealed = await seal('JBSWY3DP', 'totp:fac_1')
  expect(sealed).not.toContain('JBSWY3DP')
  expect(await seal('JBSWY3DP', 'totp:fac_1')).not.toBe(sealed)
  expect(await createSealing(key).open(sealed, 'totp:fac_1')).toBe('JBSWY3DP')
  await expect(open(sealed, 'totp:fac_2')).rejects.toThrow()
  await expect(createSealing(randomBytes(32)).open(sealed, 'totp:fac_1')).rejects.toThrow()
})

test('a changed byte is noticed', async () => {
  const { seal, open } = createSealing(key)
  const sealed = await seal('secret', 'x')
  // Not the last one, of which some bits mean nothing (RFC 4648 §3.5).
  const changed = sealed.at(-3) === 'A' ? 'B' : 'A'
  await expect(open(sealed.slice(0, -3) + changed + sealed.slice(-2), 'x')).rejects.toThrow()
  await expect(open('2.abc', 'x')).rejects.toThrow('unknown form')
})

test('a keyed hash depends on key and context', () => {
  const { mac } = createSealing(key)
  expect(mac('ann@demo.test', 'ghost')).toBe(createSealing(key).mac('ann@demo.test', 'ghost'))
  expect(mac('ann@demo.test', 'ghost')).not.toBe(mac('ann@demo.test', 'csrf'))
  expect(mac('a', 'x')).not.toBe(createSealing(randomBytes(32)).mac('a', 'x'))
})

test('a key of another size is refused', () => {
  expect(() => createSealing(randomBytes(16))).toThrow('32 bytes')
})
