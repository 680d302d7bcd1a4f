import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SessionStore, StoredSession } from '@cardea/bff'

/**
 * Sessions on the server, in a file: they survive a restart, and a sign-out at the identity provider ends them
 * (back-channel logout). An app with a database keeps them there.
 */
function openSessions(file: string): SessionStore {
  mkdirSync(dirname(file), { recursive: true })
  const db = new DatabaseSync(file)
  db.exec(`create table if not exists session (
    key text primary key, sealed text not null, sub text not null, sid text, expires_at integer not null
  ) strict`)
  const select = db.prepare('select sealed, sub, sid, expires_at from session where key = ? and expires_at > ?')
  const upsert = db.prepare('insert or replace into session values (?, ?, ?, ?, ?)')
  const remove = db.prepare('delete from session where key = ? or expires_at < ?')
  const removeSid = db.prepare('delete from session where sid = ?')
  const removeSub = db.prepare('delete from session where sub = ?')
  const seconds = () => Math.floor(Date.now() / 1000)
  const locks = new Map<string, Promise<unknown>>()

  return {
    async get(key) {
      const row = select.get(key, seconds())
      if (!row) return undefined
      const session: StoredSession = {
        sealed: String(row.sealed),
        sub: String(row.sub),
        expiresAt: Number(row.expires_at),
      }
      return row.sid === null ? session : { ...session, sid: String(row.sid) }
    },
    async set(key, { sealed, sub, sid, expiresAt }) {
      upsert.run(key, sealed, sub, sid ?? null, expiresAt)
    },
    async delete(key) {
      remove.run(key, seconds())
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
      if (sid !== undefined) removeSid.run(sid)
      else if (sub !== undefined) removeSub.run(sub)
    },
  }
}

export default openSessions(process.env.SESSIONS_FILE ?? '.data/sessions.sqlite')
