import { setTimeout as wait } from 'node:timers/promises'
import type { Engine } from '../../domain/engine.ts'
import type { Place } from './store.ts'
import { deleteSessions, findSession, freeLock, putSession, takeLock } from './store.ts'

/** A session as the BFF gives it: sealed, but for what back-channel logout finds it by. `expiresAt` in seconds. */
export interface KeptSession {
  readonly sealed: string
  readonly sub: string
  readonly sid?: string
  readonly expiresAt: number
}

/** The shape of `@cardea/bff`'s `SessionStore`. */
export interface BffSessions {
  get(key: string): Promise<KeptSession | undefined>
  set(key: string, session: KeptSession): Promise<void>
  delete(key: string): Promise<void>
  lock<T>(key: string, work: () => Promise<T>): Promise<T>
  deleteBySid(session: { readonly sid?: string; readonly sub?: string }): Promise<void>
}

/** A lock outlives the refresh it guards, and no process that died with it. Milliseconds. */
const lease = 30_000
const pause = 20

/** Sessions of the BFF of one app, in the engine's database. */
export function createBffSessions(engine: Engine, app: string): BffSessions {
  const { store, now, random } = engine
  const place = async (): Promise<Place> => ({ org: (await engine.organizations.root()).id, app })

  return {
    async get(key) {
      const row = await findSession(store, await place(), key, now())
      if (!row) return undefined
      const { sealed, sub, sid, expires_at } = row
      return { sealed, sub, ...(sid === null ? {} : { sid }), expiresAt: Math.floor(expires_at / 1000) }
    },
    async set(key, { sealed, sub, sid = null, expiresAt }) {
      const at = await place()
      await store.unit((unit) => putSession(unit, at, { key, sealed, sub, sid, expires_at: expiresAt * 1000 }))
    },
    async delete(key) {
      const at = await place()
      await store.unit((unit) => deleteSessions(unit, at, 'key', key))
    },
    async lock(key, work) {
      const at = await place()
      const holder = random(16)
      const take = () => store.unit((unit) => takeLock(unit, at, { key, holder, now: now(), until: now() + lease }))
      while (!(await take())) await wait(pause)
      try {
        return await work()
      } finally {
        await store.unit((unit) => freeLock(unit, at, key, holder))
      }
    },
    async deleteBySid({ sid, sub }) {
      const at = await place()
      const [column, value] = sid === undefined ? (['sub', sub] as const) : (['sid', sid] as const)
      if (value !== undefined) await store.unit((unit) => deleteSessions(unit, at, column, value))
    },
  }
}
