import { describe, expect, test } from 'vitest'
import { race, testStores } from '../../kernel/store/testing.ts'
import { limitedAddress } from './address.ts'
import { delayAfter, forKnown, forName } from './delay.ts'
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
    expect([1, 5, 6, 7, 8, 9, 30].map((failures) => delayAfter(failures, forName))).toEqual([0, 0, 1, 2, 4, 8, 900])
  })
  test('are a day for strangers after a hundred failures, and an hour for known devices', () => {
    expect(delayAfter(100, forName)).toBe(86_400)
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

  const stranger = (index: number) => ({
    subject: 'usr_ann',
    name: 'ann',
    address: `192.0.2.${index}`,
    knownDevice: false,
  })

  async function openAttempts() {
    const clock = { at: 1_000_000 }
    const now = () => clock.at
    const store = await open({ now, migrations: attemptMigrations })
    const attempts = createAttempts({ store, now })
    const claim = (who: ReturnType<typeof stranger>) => store.unit((unit) => attempts.claim(unit, who))
    /** Attempts by fifty strangers at once: those that may be judged. */
    const burst = async () => {
      const all = await Promise.allSettled(
        Array.from({ length: 50 }, async (_, index) => ({
          who: stranger(index),
          standing: await claim(stranger(index)),
        })),
      )
      return all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    }
    return { clock, store, attempts, claim, burst }
  }

  test('T-BRU-01 of fifty attempts at once as many are judged as are forgiven, and one more', async () => {
    const { store, attempts, claim, burst } = await openAttempts()
    const claimed = await burst()
    expect(claimed).toHaveLength(6)
    await expect(claim(stranger(60))).rejects.toMatchObject({ code: 'flow.wait', params: { seconds: 1 } })
    for (const { who, standing } of claimed) await attempts.failed(who, standing)
    await expect(claim(stranger(60))).rejects.toMatchObject({ code: 'flow.wait', params: { seconds: 1 } })
    await store.close()
  })

  test('T-BRU-01 while a delay grows, one at a time is judged', async () => {
    const { clock, store, attempts, burst } = await openAttempts()
    for (const { who, standing } of await burst()) await attempts.failed(who, standing)
    for (const delay of [1, 2, 4, 8]) {
      clock.at += delay * 1000 - 1
      expect(await burst()).toHaveLength(0)
      clock.at += 1
      const judged = await burst()
      expect(judged).toHaveLength(1)
      for (const { who, standing } of judged) await attempts.failed(who, standing)
    }
    await store.close()
  })

  test('T-BRU-02 a flood of attempts that have to wait does not stand in line for a row', async () => {
    const { clock, store, attempts, claim, burst } = await openAttempts()
    for (const { who, standing } of await burst()) await attempts.failed(who, standing)
    const wait = { code: 'flow.wait', params: { seconds: 1 } }
    await attempts.admit(stranger(60))
    await expect(claim(stranger(60))).rejects.toMatchObject(wait)
    const before = store.counts().transactions
    for (let index = 61; index < 80; index++) await expect(attempts.admit(stranger(index))).rejects.toMatchObject(wait)
    await attempts.admit({ ...stranger(80), knownDevice: true })
    await attempts.admit({ ...stranger(81), subject: 'usr_bob', name: 'bob' })
    expect(store.counts().transactions).toBe(before)
    clock.at += 1000
    await attempts.admit(stranger(82))
    await claim(stranger(82))
    await store.close()
  })

  test('a wait that a success has ended is not remembered', async () => {
    const { store, attempts, claim, burst } = await openAttempts()
    const claimed = await burst()
    for (const { who, standing } of claimed) await attempts.failed(who, standing)
    await expect(claim(stranger(60))).rejects.toMatchObject({ code: 'flow.wait' })
    const home = { ...stranger(61), knownDevice: true }
    const standing = { ...(await claim(home)), failures: true }
    await store.unit((unit) => attempts.succeeded(unit, home, standing))
    await attempts.admit(stranger(62))
    await claim(stranger(62))
    await store.close()
  })

  test('attempts that were given back, or that a crash left behind, may be made again', async () => {
    const { clock, store, attempts, burst } = await openAttempts()
    for (const { who, standing } of await burst()) await store.unit((unit) => attempts.giveBack(unit, who, standing))
    expect(await burst()).toHaveLength(6)
    clock.at += 19_999
    expect(await burst()).toHaveLength(0)
    clock.at += 1
    expect(await burst()).toHaveLength(6)
    await store.close()
  })

  test('T-BRU-01 a success forgets the failures, not the attempts that are being judged', async () => {
    const { store, attempts, burst } = await openAttempts()
    const [right, ...others] = await burst()
    for (const { who, standing } of others.slice(0, 2)) await attempts.failed(who, standing)
    if (right) await store.unit((unit) => attempts.succeeded(unit, right.who, { ...right.standing, failures: true }))
    expect((await burst()).filter(({ standing }) => !standing.known)).toHaveLength(3)
    await store.close()
  })

  test('T-BRU-01 strangers at once do not make a known device wait', async () => {
    const { store, claim, burst } = await openAttempts()
    await burst()
    expect(await claim({ ...stranger(70), knownDevice: true })).toEqual({
      known: true,
      failures: false,
      claim: 'alone',
    })
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
