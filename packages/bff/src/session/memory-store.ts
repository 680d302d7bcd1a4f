import type { SessionStore, StoredSession } from './store.ts'

/** Sessions in this process's memory: for one process, and gone when it ends. */
export function memoryStore(now: () => number = Date.now): SessionStore {
  const sessions = new Map<string, StoredSession>()
  const locks = new Map<string, Promise<unknown>>()
  let sweepAt = 1000

  const isOver = (session: StoredSession) => session.expiresAt * 1000 <= now()
  const sweep = () => {
    for (const [key, session] of sessions) if (isOver(session)) sessions.delete(key)
    sweepAt = sessions.size * 2 + 1000
  }

  return {
    async get(key) {
      const session = sessions.get(key)
      return session && !isOver(session) ? session : undefined
    },
    async set(key, session) {
      sessions.set(key, session)
      if (sessions.size > sweepAt) sweep()
    },
    async delete(key) {
      sessions.delete(key)
    },
    async lock(key, work) {
      const mine = (locks.get(key) ?? Promise.resolve()).then(work, work)
      locks.set(key, mine)
      try {
        return await mine
      } finally {
        if (locks.get(key) === mine) locks.delete(key)
      }
    },
    async deleteBySid({ sid, sub }) {
      for (const [key, session] of sessions)
        if (sid === undefined ? session.sub === sub : session.sid === sid) sessions.delete(key)
    },
  }
}
