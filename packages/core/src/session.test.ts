import type { BffSession } from '@cardea/protocol'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Runtime } from './runtime.ts'
import { createSession } from './session.ts'

const alex: BffSession = { status: 'signed-in', user: { sub: 'usr_1', name: 'Alex' }, expiresAt: 2000 }
const nobody: BffSession = { status: 'signed-out' }
const settle = () => new Promise((resolve) => setTimeout(resolve))

/** A page with a clock that stands still, and a second tab. */
function page(answers: (BffSession | Error | Promise<BffSession>)[], snapshot?: BffSession) {
  const alarms: { at: number; ring: () => void }[] = []
  const posted: unknown[] = []
  const world = { now: 1_000_000, asked: 0, otherTab: () => {}, visible: () => {}, alarms, posted }
  const runtime: Runtime = {
    fetch: () => Promise.reject(new Error('not used')),
    now: () => world.now,
    after(milliseconds, ring) {
      const alarm = { at: world.now + milliseconds, ring }
      alarms.push(alarm)
      return () => void alarms.splice(alarms.indexOf(alarm), 1)
    },
    navigate() {},
    reload() {},
    location: () => '/',
    replace() {},
    channel(_, onMessage) {
      world.otherTab = () => onMessage('changed')
      return { post: (message) => void posted.push(message), close() {} }
    },
    onVisible(callback) {
      world.visible = callback
      return () => {}
    },
  }
  const session = createSession(
    {
      base: '/auth',
      async session() {
        world.asked++
        const answer = answers.shift() ?? nobody
        if (answer instanceof Error) throw answer
        return answer
      },
    },
    runtime,
    snapshot,
  )
  return { session, world }
}

describe('the session', () => {
  test('nobody is asked before somebody looks', async () => {
    const { session, world } = page([alex])
    await settle()
    expect(world.asked).toBe(0)
    expect(session.get()).toEqual({ status: 'unknown' })
  })

  test('is asked for once, however many look', async () => {
    const { session, world } = page([alex])
    session.subscribe(() => {})
    session.subscribe(() => {})
    await settle()
    expect(world.asked).toBe(1)
    expect(session.get()).toEqual(alex)
  })

  test('needs no request when the server gave a snapshot', async () => {
    const { session, world } = page([], nobody)
    session.subscribe(() => {})
    await settle()
    expect(world.asked).toBe(0)
    expect(session.get()).toEqual(nobody)
  })

  test('follows another tab', async () => {
    const { session, world } = page([alex, nobody])
    session.subscribe(() => {})
    await settle()
    world.otherTab()
    await settle()
    expect(session.get()).toEqual(nobody)
  })

  test('tells the other tabs of a sign-in here', async () => {
    const { session, world } = page([nobody])
    session.subscribe(() => {})
    await settle()
    session.adopt(alex)
    expect(session.get()).toEqual(alex)
    expect(world.posted).toHaveLength(1)
  })

  test('is asked for again when it runs out', async () => {
    const { session, world } = page([alex, nobody])
    session.subscribe(() => {})
    await settle()
    expect(world.alarms.map(({ at }) => at)).toEqual([alex.status === 'signed-in' ? alex.expiresAt * 1000 : 0])
    world.alarms[0]?.ring()
    await settle()
    expect(session.get()).toEqual(nobody)
  })

  test('is asked for again when the page was away for long, not when it blinked', async () => {
    const { session, world } = page([alex, nobody])
    session.subscribe(() => {})
    await settle()
    world.visible()
    expect(world.asked).toBe(1)
    world.now += 60_000
    world.visible()
    await settle()
    expect(session.get()).toEqual(nobody)
  })

  test('stays as it was known when nobody answers', async () => {
    const { session } = page([alex, new Error('offline')])
    session.subscribe(() => {})
    await settle()
    await session.refresh()
    expect(session.get()).toEqual(alex)
  })

  test('an answer that a sign-in here has overtaken does not count', async () => {
    const old = Promise.withResolvers<BffSession>()
    const { session } = page([old.promise])
    session.subscribe(() => {})
    session.adopt(alex)
    old.resolve(nobody)
    await settle()
    expect(session.get()).toEqual(alex)
  })

  test('an answer that another tab has overtaken is asked for once more', async () => {
    const old = Promise.withResolvers<BffSession>()
    const { session, world } = page([old.promise, alex])
    session.subscribe(() => {})
    const refreshed = session.refresh()
    world.otherTab()
    old.resolve(nobody)
    await refreshed
    expect(world.asked).toBe(2)
    expect(session.get()).toEqual(alex)
  })

  test('nobody answers the first time: it is asked for again, later each time, and said once', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => warn.mockRestore())
    const { session, world } = page([new Error('offline'), new Error('offline'), alex])
    session.subscribe(() => {})
    await settle()
    const first = world.alarms.splice(0)
    first[0]?.ring()
    await settle()
    const second = world.alarms.splice(0)
    expect(second[0]?.at).toBeGreaterThan(first[0]?.at ?? Number.POSITIVE_INFINITY)
    second[0]?.ring()
    await settle()
    expect(session.get()).toEqual(alex)
    expect(warn).toHaveBeenCalledTimes(1)
  })

  test('an equal answer wakes nobody', async () => {
    const { session } = page([alex, { ...alex }])
    let woken = 0
    session.subscribe(() => woken++)
    await settle()
    await session.refresh()
    expect(woken).toBe(1)
  })
})
