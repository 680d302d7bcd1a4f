import { afterEach, describe, expect, test } from 'vitest'
import { testStores } from '../store/testing.ts'
import { createDispatcher } from './dispatcher.ts'
import type { NewEvent } from './event.ts'
import { eventExpiry } from './expiry.ts'
import type { Subscriber } from './subscriber.ts'

const org = 'org_a'
const day = 86_400_000
const happened = (type: string): NewEvent => ({ type, org, actor: { type: 'system' } })

describe.each(testStores())('events that were handled, on $name', ({ open }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0).reverse()) await one()
  })

  async function setUp(subscribers: readonly Subscriber<string>[]) {
    const clock = { at: 1_800_000_000_000 }
    const now = () => clock.at
    const store = await open({ now, migrations: [], subscribers })
    close.push(store.close)
    const dispatcher = createDispatcher({ store, engine: 'the engine', subscribers, now, log: () => {} })
    close.push(dispatcher.close)
    return {
      clock,
      happen: (...types: string[]) =>
        store.unit(async (unit) => {
          for (const type of types) await unit.emit(happened(type))
        }),
      idle: dispatcher.idle,
      expire: (eventDays = 30) => eventExpiry.run({ store, now, retention: { eventDays, auditDays: undefined } }),
      left: async () => {
        const rows = await store.in(org).selectFrom('event').select('type').orderBy('id').execute()
        return rows.map(({ type }) => type)
      },
      givenUp: async () => {
        const rows = await store
          .in(org)
          .selectFrom('delivery')
          .select('event_id')
          .where('dead_at', 'is not', null)
          .execute()
        return rows.length
      },
    }
  }
  const works: Subscriber<string> = { name: 'audit', types: '*', handle: async () => {} }

  test('are deleted after the retention, and not before', async () => {
    const { clock, happen, idle, expire, left } = await setUp([works])
    await happen('first')
    clock.at += 20 * day
    await happen('second')
    await idle()
    clock.at += 10 * day - 1
    await expire()
    expect(await left()).toEqual(['first', 'second'])
    clock.at += 1_000
    await expire()
    expect(await left()).toEqual(['second'])
  })

  test('by the thousand', async () => {
    const { clock, happen, idle, expire, left } = await setUp([])
    for (let round = 0; round < 5; round += 1) await happen(...Array.from({ length: 500 }, () => 'many'))
    clock.at += 3 * day
    await happen('new')
    await idle()
    await expire(2)
    expect(await left()).toEqual(['new'])
  })

  test('stay while a delivery waits, is tried again, or was given up lately: it says what was lost', async () => {
    const broken = { value: true }
    const { clock, happen, idle, expire, left, givenUp } = await setUp([
      works,
      {
        name: 'webhook',
        types: ['retried', 'dead'],
        maxAttempts: 20,
        handle: async () => {
          if (broken.value) throw new Error('nobody there')
        },
      },
      {
        name: 'mail',
        types: ['dead'],
        maxAttempts: 2,
        handle: () => Promise.reject(new Error('no such address')),
      },
    ])
    await happen('done', 'retried', 'dead')
    await idle()
    clock.at += 31 * day
    await expire()
    expect(await left()).toEqual(['retried', 'dead'])
    broken.value = false
    await idle()
    await expire()
    expect(await left()).toEqual(['dead'])
    expect(await givenUp()).toBe(1)
    clock.at += 30 * day - 1
    await expire()
    expect(await left()).toEqual(['dead'])
    clock.at += 1_000
    await expire()
    expect(await left()).toEqual([])
    expect(await givenUp()).toBe(0)
  })

  test('T-DOS-01 that nobody could be told of go in the end, however many they are', async () => {
    const { clock, happen, idle, expire, left, givenUp } = await setUp([
      { name: 'webhook', types: ['dead'], maxAttempts: 1, handle: () => Promise.reject(new Error('no such host')) },
    ])
    for (let round = 0; round < 5; round += 1) await happen(...Array.from({ length: 500 }, () => 'dead'))
    await idle()
    expect(await givenUp()).toBe(2500)
    clock.at += 30 * day + 1_000
    await happen('dead')
    await idle()
    await expire()
    expect(await left()).toEqual(['dead'])
    expect(await givenUp()).toBe(1)
  })
})
