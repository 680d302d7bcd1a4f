import { describe, expect, test } from 'vitest'
import { createPasswords } from './index.ts'
import { createQueue } from './queue.ts'

describe('the line before the hashes', () => {
  test('runs a few, keeps some waiting in order, and refuses the rest without starting it', async () => {
    const queue = createQueue({ running: 2, waiting: 3 })
    const log: string[] = []
    let most = 0
    let running = 0
    const work = (name: number) => async () => {
      running++
      most = Math.max(most, running)
      await new Promise((go) => setTimeout(go, 5))
      running--
      log.push(String(name))
      return name
    }
    const entered = [0, 1, 2, 3, 4, 5, 6].map((name) => queue.enter(work(name)))
    expect(entered.map((one) => one !== undefined)).toEqual([true, true, true, true, true, false, false])
    await Promise.all(entered)
    expect(log).toEqual(['0', '1', '2', '3', '4'])
    expect(most).toBe(2)
    await expect(queue.enter(work(9))).resolves.toBe(9)
  })

  test('goes on after work that failed', async () => {
    const queue = createQueue({ running: 1, waiting: 1 })
    const failing = queue.enter(() => Promise.reject(new Error('no')))
    const next = queue.enter(async () => 'yes')
    await expect(failing).rejects.toThrow('no')
    await expect(next).resolves.toBe('yes')
  })

  test('T-BRU-02 a flood of sign-ins is told to come back, with 503', async () => {
    const passwords = createPasswords()
    const flood = await Promise.allSettled(Array.from({ length: 260 }, () => passwords.verify(undefined, 'guess')))
    const refused = flood.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({
      code: 'request.rate_limited',
      definition: { status: 503 },
      headers: { 'retry-after': '2' },
    })
    expect(passwords.count()).toBe(260 - refused.length)
  })
})

test('a password nobody has is hashed all the same and never right', async () => {
  const passwords = createPasswords()
  expect(await passwords.verify(undefined, 'anything')).toBe(false)
  expect(passwords.count()).toBe(1)
  expect(passwords.isOutdated(await passwords.hash('x'))).toBe(false)
})
