import { isId } from '@cardea/protocol'
import { apiErrors, sessionView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Session } from '../../domain/session/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'
import type { Self } from './self.ts'

export async function listSessions({ org, account, session }: Self, engine: Engine): Promise<Response> {
  const sessions = await engine.sessions.list(org, account.id)
  // Of those that end together one stands for all: this one, or the last that was used.
  const isThis = ({ id }: Session) => Number(id === session)
  const standing = sessions.toSorted((a, b) => isThis(a) - isThis(b) || a.lastUsedAt - b.lastUsedAt)
  const byBrowser = new Map(standing.map((one) => [one.browser ?? one.id, one]))
  const items = [...byBrowser.values()]
    .toSorted((a, b) => b.lastUsedAt - a.lastUsedAt)
    .map((one) => ({ ...sessionView(one), current: one.id === session }))
  return json({ items })
}

/** With all that apps got in it: a device that is thrown out keeps no offline access (ASVS 7.5.2). */
export async function endSession({ org, account, acting, params }: Call & Self): Promise<Response> {
  const id = params.sessionId
  const sessions = await acting.sessions.list(org, account.id)
  if (!isId('session', id) || !sessions.some((session) => session.id === id))
    throw apiErrors('api.not_found', { kind: 'session' })
  await acting.store.unit(async (unit) => {
    for (const ended of await acting.sessions.end(unit, org, id)) await acting.grants.revokeSession(unit, org, ended)
  })
  return empty()
}

export async function endOtherSessions({ org, account, session, acting }: Self): Promise<Response> {
  const sessionsEnded = await acting.store.unit(async (unit) => {
    await acting.grants.revokeAll(unit, org, account.id, session)
    return acting.sessions.endAll(unit, org, account.id, session)
  })
  return json({ sessionsEnded })
}
