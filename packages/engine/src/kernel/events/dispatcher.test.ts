import { afterEach, describe, expect, test } from 'vitest'
import { testStores } from '../store/testing.ts'
import { createDispatcher } from './dispatcher.ts'
import type { Event, NewEvent } from './event.ts'
import type { Subscriber } from './subscriber.ts'

const org = 'org_a'
const created: NewEvent = {
  type: 'account.created',
  org,
  actor: { type: 'system' },
  target: 'usr_1',
  data: { via: 'test' },
}
const second = 1_000

describe.each(testStores())('events on $name', ({ open }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0).reverse()) await one()
  })

  /** A store with a clock that stands, and what makes a dispatcher over it. */
  async function setUp(subscribers: readonly Subscriber<string>[]) {
    const clock = { at: 1_800_000_000_000 }
    const now = () => clock.at
    const logged: string[] = []
    const store = await open({ now, migrations: [], subscribers })
    close.push(store.close)
    const dispatch = (options: { leaseSeconds?: number } = {}) => {
      const dispatcher = createDispatcher({
        store,
        engine: 'the engine',
        subscribers,
        now,
        log: (_level, message) => logged.push(message),
        ...options,
      })
      close.push(dispatcher.close)
      return dispatcher
    }
    const waiting = () => store.across('look at deliveries').selectFrom('delivery').selectAll().execute()
    return { store, clock, dispatch, waiting, logged }
  }

  test('an event of a committed unit reaches the subscriber that wants its type, and no other', async () => {
    const got: [string, Event, string][] = []
    const { store, dispatch, waiting } = await setUp([
      {
        name: 'mail',
        types: ['account.created'],
        handle: async (engine, event, { idempotencyKey }) => void got.push([engine, event, idempotencyKey]),
      },
      { name: 'logout', types: ['session.ended'], handle: async () => expect.unreachable() },
    ])
    const dispatcher = dispatch()
    await store.unit((unit) => unit.emit(created))
    await dispatcher.idle()
    expect(got).toEqual([
      [
        'the engine',
        { ...created, id: expect.stringMatching(/^evt_[0-9a-z]{31}$/), at: 1_800_000_000_000 },
        `${got[0]?.[1].id}:mail`,
      ],
    ])
    expect(await waiting()).toEqual([])
  })

  test('an event of a unit that failed does not exist', async () => {
    const { store, dispatch, waiting } = await setUp([
      { name: 'audit', types: '*', handle: async () => expect.unreachable() },
    ])
    const dispatcher = dispatch()
    const failing = store.unit(async (unit) => {
      await unit.emit(created)
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    await dispatcher.idle()
    expect(await store.in(org).selectFrom('event').selectAll().execute()).toEqual([])
    expect(await waiting()).toEqual([])
  })

  test('a handler that failed is called again after 1 s, 2 s, 4 s …, with the same idempotency key', async () => {
    const keys: string[] = []
    const { store, clock, dispatch } = await setUp([
      {
        name: 'hook',
        types: '*',
        async handle(_engine, _event, { idempotencyKey, attempt }) {
          keys.push(idempotencyKey)
          if (attempt < 4) throw new Error('503')
        },
      },
    ])
    const dispatcher = dispatch()
    await store.unit((unit) => unit.emit(created))
    await dispatcher.idle()
    expect(keys).toHaveLength(1)
    for (const [wait, calls] of [
      [second - 1, 1],
      [1, 2],
      [2 * second, 3],
      [4 * second, 4],
      [3600 * second, 4],
    ] as const) {
      clock.at += wait
      await dispatcher.idle()
      expect(keys).toHaveLength(calls)
    }
    expect(new Set(keys).size).toBe(1)
  })

  test('after its last try a delivery is kept as dead, with the error', async () => {
    const { store, clock, dispatch, waiting, logged } = await setUp([
      {
        name: 'hook',
        types: '*',
        maxAttempts: 2,
        handle: async () => {
          throw new TypeError('no route to host')
        },
      },
    ])
    const dispatcher = dispatch()
    await store.unit((unit) => unit.emit(created))
    await dispatcher.idle()
    clock.at += second
    await dispatcher.idle()
    clock.at += 24 * 3600 * second
    await dispatcher.idle()
    expect(await waiting()).toMatchObject([
      { attempts: 2, dead_at: 1_800_000_001_000, error: 'TypeError: no route to host' },
    ])
    expect(logged).toEqual(['An event was not handled.', 'An event is given up.'])
  })

  test('a process that died with events in hand: another one handles them when the lease has ended', async () => {
    const got: string[] = []
    const subscriber: Subscriber<string> = {
      name: 'mail',
      types: '*',
      handle: async (_engine, { type }) => void got.push(type),
    }
    const { store, clock, dispatch } = await setUp([subscriber])
    await store.unit((unit) => unit.emit(created))
    const dead = store.unit((unit) =>
      unit
        .across('claim as a process that dies')
        .updateTable('delivery')
        .set({ attempts: 1, due_at: clock.at + 30 * second })
        .execute(),
    )
    await dead
    const dispatcher = dispatch()
    await dispatcher.idle()
    expect(got).toEqual([])
    clock.at += 30 * second
    await dispatcher.idle()
    expect(got).toEqual(['account.created'])
  })

  test('a handler that takes longer than its lease keeps its event', async () => {
    const calls: string[] = []
    const done = Promise.withResolvers<void>()
    const { store, clock, dispatch, waiting } = await setUp([
      {
        name: 'slow',
        types: '*',
        async handle(_engine, { id }) {
          calls.push(id)
          await done.promise
        },
      },
    ])
    const slow = dispatch({ leaseSeconds: 0.3 })
    await store.unit((unit) => unit.emit(created))
    await expect.poll(() => calls).toHaveLength(1)
    const claimed = (await waiting())[0]?.due_at ?? 0
    clock.at += 250
    await expect.poll(async () => (await waiting())[0]?.due_at).toBe(claimed + 250)
    clock.at += 250
    await dispatch().idle()
    expect(calls).toHaveLength(1)
    done.resolve()
    await slow.idle()
    expect(await waiting()).toEqual([])
  })

  test('several dispatchers share the work: each event is handled once', async () => {
    const got: string[] = []
    const { store, dispatch } = await setUp([
      { name: 'mail', types: '*', handle: async (_engine, { id }) => void got.push(id) },
    ])
    const dispatchers = [dispatch(), dispatch(), dispatch()]
    await Promise.all(Array.from({ length: 100 }, () => store.unit((unit) => unit.emit(created))))
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.idle()))
    expect(got).toHaveLength(100)
    expect(new Set(got).size).toBe(100)
  })

  test('what is done in the unit that takes the events is done once; one that spoils it is tried by itself', async () => {
    const handled: string[][] = []
    let broken = true
    const { store, clock, dispatch, waiting } = await setUp([
      {
        name: 'audit',
        types: ['one', 'two', 'three'],
        async handleInUnit(_engine, unit, events) {
          handled.push(events.map((event) => event.type))
          for (const { type } of events) await unit.emit({ ...created, type: `noted ${type}` })
          if (broken && events.some(({ type }) => type === 'two')) throw new Error('disk full')
        },
      },
    ])
    const noted = async () => {
      const rows = await store.across('look at events').selectFrom('event').select('type').execute()
      return rows.flatMap(({ type }) => (type.startsWith('noted') ? type : [])).sort()
    }
    for (const type of ['one', 'two', 'three']) await store.unit((unit) => unit.emit({ ...created, type }))
    const dispatcher = dispatch()
    await dispatcher.idle()
    expect(handled[0]).toEqual(['one', 'two', 'three'])
    expect(handled.slice(1).every((types) => types.length === 1)).toBe(true)
    expect(new Set(handled.slice(1).flat())).toEqual(new Set(['one', 'two', 'three']))
    expect(await noted()).toEqual(['noted one', 'noted three'])
    expect(await waiting()).toHaveLength(1)
    broken = false
    clock.at += second
    await dispatcher.idle()
    expect(await noted()).toEqual(['noted one', 'noted three', 'noted two'])
    expect(await waiting()).toEqual([])
  })

  test('what is prepared is written once, also when two have the event in hand', async () => {
    const first = Promise.withResolvers<void>()
    let prepared = 0
    const { store, clock, dispatch, waiting } = await setUp([
      {
        name: 'notices',
        types: ['account.created'],
        async prepare(_engine, event) {
          prepared += 1
          if (prepared === 1) await first.promise
          return (unit) => unit.emit({ ...created, type: `noted ${event.type}` })
        },
      },
    ])
    const slow = dispatch({ leaseSeconds: 60 })
    await store.unit((unit) => unit.emit(created))
    await expect.poll(() => prepared).toBe(1)
    // As if its process stood still: the lease has ended, and another one takes the event.
    clock.at += 61 * second
    await dispatch().idle()
    first.resolve()
    await slow.idle()
    expect(prepared).toBe(2)
    const types = await store.across('look at events').selectFrom('event').select('type').orderBy('id').execute()
    expect(types.map(({ type }) => type)).toEqual(['account.created', 'noted account.created'])
    expect(await waiting()).toEqual([])
  })

  test('what could not be written is prepared again, and nothing to write is as good', async () => {
    let tries = 0
    const { store, clock, dispatch, waiting } = await setUp([
      {
        name: 'notices',
        types: ['account.created'],
        async prepare() {
          tries += 1
          if (tries === 2) return undefined
          return async (unit) => {
            await unit.emit({ ...created, type: 'noted' })
            throw new Error('disk full')
          }
        },
      },
    ])
    const dispatcher = dispatch()
    await store.unit((unit) => unit.emit(created))
    await dispatcher.idle()
    expect(await waiting()).toMatchObject([{ attempts: 1, error: 'Error: disk full' }])
    clock.at += second
    await dispatcher.idle()
    expect(await waiting()).toEqual([])
    expect(await store.across('look at events').selectFrom('event').select('type').execute()).toHaveLength(1)
  })

  test('several dispatchers that do it in units do it once', async () => {
    const got: string[] = []
    const { store, dispatch } = await setUp([
      {
        name: 'audit',
        types: '*',
        async handleInUnit(_engine, _unit, events) {
          got.push(...events.map(({ id }) => id))
        },
      },
    ])
    const dispatchers = [dispatch(), dispatch(), dispatch()]
    await Promise.all(Array.from({ length: 100 }, () => store.unit((unit) => unit.emit(created))))
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.idle()))
    expect(new Set(got).size).toBe(100)
  })

  test('closing waits for the handler that runs, and leaves the rest to the next start', async () => {
    let finish = () => {}
    const started = Promise.withResolvers<void>()
    const handled: string[] = []
    const { store, dispatch, waiting } = await setUp([
      {
        name: 'mail',
        types: '*',
        async handle(_engine, { type }) {
          started.resolve()
          await new Promise<void>((resolve) => {
            finish = resolve
          })
          handled.push(type)
        },
      },
    ])
    const dispatcher = dispatch()
    await store.unit((unit) => unit.emit(created))
    await started.promise
    const closing = dispatcher.close()
    await store.unit((unit) => unit.emit({ ...created, type: 'account.deleted' }))
    finish()
    await closing
    expect(handled).toEqual(['account.created'])
    expect(await waiting()).toHaveLength(1)
  })
})
