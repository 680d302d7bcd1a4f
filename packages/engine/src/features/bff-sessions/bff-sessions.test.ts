import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultFeatures } from '../../presets/default.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { BffSessions } from './index.ts'
import { bffSessions, createBffSessions } from './index.ts'

describe.each(['sqlite', 'postgres'] as const)('sessions of a BFF on %s', (store) => {
  let cardea: TestEngine
  let sessions: BffSessions
  beforeEach(async () => {
    cardea = await testEngine({ store, features: [...defaultFeatures, bffSessions] })
    sessions = createBffSessions(cardea.engine, 'portal')
  })
  afterEach(() => cardea.close())

  const inAnHour = () => Math.floor(cardea.clock.now() / 1000) + 3600
  const session = (sealed: string, more: { sub?: string; sid?: string } = {}) => ({
    sealed,
    sub: 'usr_alex',
    sid: 'ses_1',
    expiresAt: inAnHour(),
    ...more,
  })

  test('a session is there until it is deleted or its time is over', async () => {
    const kept = session('one')
    await sessions.set('a', kept)
    await sessions.set('b', session('two'))
    expect(await sessions.get('a')).toEqual(kept)
    await sessions.delete('a')
    expect(await sessions.get('a')).toBeUndefined()
    cardea.clock.advance(3_601_000)
    expect(await sessions.get('b')).toBeUndefined()
  })

  test('writing a session again replaces it', async () => {
    await sessions.set('a', session('one'))
    await sessions.set('a', session('two'))
    expect(await sessions.get('a')).toMatchObject({ sealed: 'two' })
  })

  test('sign-out by session ends that one, by person all of theirs', async () => {
    await sessions.set('a', session('one', { sid: 'ses_1' }))
    await sessions.set('b', session('two', { sid: 'ses_2' }))
    await sessions.set('c', session('three', { sub: 'usr_tara', sid: 'ses_3' }))
    await sessions.deleteBySid({ sid: 'ses_1', sub: 'usr_alex' })
    expect([await sessions.get('a'), (await sessions.get('b'))?.sealed]).toEqual([undefined, 'two'])
    await sessions.deleteBySid({ sub: 'usr_alex' })
    expect([await sessions.get('b'), (await sessions.get('c'))?.sealed]).toEqual([undefined, 'three'])
  })

  test('one app cannot see or end the sessions of another', async () => {
    const other = createBffSessions(cardea.engine, 'console')
    await sessions.set('a', session('one'))
    await other.deleteBySid({ sid: 'ses_1' })
    expect(await other.get('a')).toBeUndefined()
    expect(await sessions.get('a')).toBeDefined()
  })

  test('of 20 callers one at a time holds the lock', async () => {
    let inside = 0
    let most = 0
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 20 }, () => sessions.lock('a', work)))
    expect(most).toBe(1)
  })

  test('a lock whose holder has failed is free again, another key was never taken', async () => {
    await expect(sessions.lock('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    const order: string[] = []
    await sessions.lock('a', () => sessions.lock('b', async () => void order.push('both')))
    expect(order).toEqual(['both'])
  })
})
