import { describe, expect, test } from 'vitest'
import { race, testStores } from '../../kernel/store/testing.ts'
import { limitedAddress } from './address.ts'
import { delayAfter, forKnown, forSubject } from './delay.ts'
import { isKnownDevice, rememberDevice } from './index.ts'
import { attemptMigrations, countUp } from './store.ts'
import { createAttempts } from './verbs.ts'

describe('what limits call an address', () => {
  test.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('%s is %s', (address, expected) => {
    expect(limitedAddress(address)).toBe(expected)
  })
})

describe('delays', () => {
  test('begin after a few failures, double, and end at a bound', () => {
    expect([1, 5, 6, 7, 8, 9, 30].map((failures) => delayAfter(failures, forSubject))).toEqual([0, 0, 1, 2, 4, 8, 900])
  })
  test('are a day for strangers after a hundred failures, and an hour for known devices', () => {
    expect(delayAfter(100, forSubject)).toBe(86_400)
    expect(delayAfter(100, forKnown)).toBe(3600)
  })
})

describe('known devices', () => {
  const hashing = {
    mac: (value: string, context: string) => Buffer.from(`${context}${value}`).toString('base64url').slice(-40),
    random: () => 'nonce',
  }
  const jar = {
    read: () => undefined,
    set: (_name: string, value: string) => value,
    clear: () => '',
  }
  test('are known for the people who signed in with them, and for nobody else', () => {
    const cookie = rememberDevice(hashing, jar, undefined, 'usr_ann')
    expect(isKnownDevice(hashing, cookie, 'usr_ann')).toBe(true)
    expect(isKnownDevice(hashing, cookie, 'usr_bob')).toBe(false)
    expect(isKnownDevice(hashing, 'nonce.forged', 'usr_ann')).toBe(false)
    expect(isKnownDevice(hashing, '~..~', 'usr_ann')).toBe(false)
    expect(rememberDevice(hashing, jar, cookie, 'usr_ann')).toBeUndefined()
  })
})

describe.each(testStores())('counting on $name', ({ open }) => {
  test('T-BRU-01 of fifty calls at once the limit gets through', async () => {
    const store = await open({ now: Date.now, migrations: attemptMigrations })
    const attempts = createAttempts({ store, now: Date.now })
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => attempts.take('key', { limit: 7, seconds: 60 })),
    )
    expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(7)
    const [refused] = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toMatchObject({ code: 'request.rate_limited', headers: { 'retry-after': expect.any(String) } })
    await store.close()
  })

  test('a window that is over starts again', async () => {
    let now = 1_000
    const store = await open({ now: () => now, migrations: attemptMigrations })
    const attempts = createAttempts({ store, now: () => now })
    await attempts.take('key', { limit: 1, seconds: 60 })
    await expect(attempts.take('key', { limit: 1, seconds: 60 })).rejects.toMatchObject({ params: { seconds: 60 } })
    now += 60_001
    await attempts.take('key', { limit: 1, seconds: 60 })
    await store.close()
  })

  test('parallel failures are all counted', async () => {
    const store = await open({ now: Date.now, migrations: attemptMigrations })
    await race(store, (unit) => countUp(unit, ['a', 'b'], 1, 1_000_000))
    const counts = await store.unit((unit) => countUp(unit, ['a', 'b'], 1, 1_000_000))
    expect([...counts.values()].map((row) => row.count)).toEqual([51, 51])
    await store.close()
  })
})
