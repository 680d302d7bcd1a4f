import { Secret } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { currentCode, matchStep, newSeed, otpauthUri } from './code.ts'
import { qrCode } from './qr-code.ts'

/** The seed of RFC 6238 appendix B, and its SHA-1 vectors cut to six digits. */
const seed = new Secret({ buffer: new TextEncoder().encode('12345678901234567890').buffer }).base32

describe('codes', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('RFC 6238 appendix B: at %i s the code is %s', (seconds, code) => {
    expect(currentCode(seed, seconds * 1000)).toBe(code)
    expect(matchStep(seed, code, seconds * 1000)).toBe(Math.floor(seconds / 30))
  })

  test('T-BRU-01 the step before and after are accepted, further ones are not', () => {
    const now = 1_234_567_890_000
    for (const [offset, step] of [
      [-1, -1],
      [0, 0],
      [1, 1],
      [-2, undefined],
      [2, undefined],
    ] as const) {
      const matched = matchStep(seed, currentCode(seed, now + offset * 30_000), now)
      expect(matched).toBe(step === undefined ? undefined : Math.floor(now / 30_000) + step)
    }
  })

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５６', '-12345', '12345.'])('%j is not a code', (code) => {
    expect(matchStep(seed, code, 0)).toBeUndefined()
  })
})

describe('what an app scans', () => {
  test('names issuer and account, whatever characters they have', () => {
    const uri = otpauthUri(newSeed(), 'North: wind & Söhne', 'alex@demo.test')
    const url = new URL(uri)
    expect(url.protocol).toBe('otpauth:')
    expect(url.searchParams.get('issuer')).toBe('North  wind & Söhne')
    expect(decodeURIComponent(url.pathname)).toContain('alex@demo.test')
    expect(url.searchParams.get('period')).toBe('30')
  })

  test('seeds have 160 bits and differ', () => {
    expect(newSeed()).toMatch(/^[A-Z2-7]{32}$/)
    expect(newSeed()).not.toBe(newSeed())
  })

  test('the QR code is path data inside its view box with a quiet zone', () => {
    const { path, size } = qrCode(otpauthUri(newSeed(), 'Northwind', 'alex@demo.test'))
    expect(path).toMatch(/^(M\d+ \d+h\d+v1h-\d+z)+$/)
    const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(
      ([, x, y, length]) => [Number(x), Number(y), Number(length)] as const,
    )
    for (const [x, y, length] of runs) {
      expect(x).toBeGreaterThanOrEqual(4)
      expect(y).toBeGreaterThanOrEqual(4)
      expect(x + length).toBeLessThanOrEqual(size - 4)
      expect(y).toBeLessThan(size - 4)
    }
    // The finder pattern's upper edge: seven dark modules at the corner.
    expect(runs[0]).toEqual([4, 4, 7])
  })
})
