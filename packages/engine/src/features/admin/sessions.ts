import { isId } from '@cardea/protocol'
import type { Administrator } from '../../domain/api/index.ts'
import { actingEngine, apiErrors, sessionView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'
import type { Owner } from './accounts.ts'

export async function listSessions({ org, account }: Administrator & Owner, engine: Engine): Promise<Response> {
  const sessions = await engine.sessions.list(org, account.id)
  return json({ items: sessions.toSorted((a, b) => b.lastUsedAt - a.lastUsedAt).map(sessionView) })
}

/** Ends all sessions of an account and revokes what apps got in them. */
export async function endSessions({ org, requester, account }: Administrator & Owner, engine: Engine) {
  const acting = actingEngine(engine, requester)
  const sessionsEnded = await acting.store.unit(async (unit) => {
    await acting.grants.revokeAll(unit, org, account.id)
    return acting.sessions.endAll(unit, org, account.id)
  })
  return json({ sessionsEnded })
}

/** With all that apps got in it, offline access too (ASVS 7.4.5). */
export async function endSession({ org, requester, params }: Call & Administrator, engine: Engine): Promise<Response> {
  const id = params.sessionId
  const session = isId('session', id) ? await engine.sessions.find(org, id) : undefined
  if (!session) throw apiErrors('api.not_found', { kind: 'session' })
  const acting = actingEngine(engine, requester, { before: sessionView(session), after: () => undefined })
  await acting.store.unit(async (unit) => {
    for (const ended of await acting.sessions.end(unit, org, session.id))
      await acting.grants.revokeSession(unit, org, ended)
  })
  return empty()
}
