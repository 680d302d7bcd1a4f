import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Session } from '../../domain/session/index.ts'
import { actingUnit } from '../../kernel/events/index.ts'
import type { Call } from '../../kernel/http/index.ts'

/** Ends sessions, and what was bound to them, in one unit; `session.ended` tells the apps. */
export async function end(
  engine: Engine,
  call: Call,
  client: Client | undefined,
  sessions: readonly Session[],
): Promise<void> {
  if (sessions.length === 0) return
  const origin = { request: call.traceId, address: call.address, ...(client && { client: client.clientId }) }
  await engine.store.unit(async (unit) => {
    for (const { org, id, account } of sessions) {
      await engine.sessions.end(actingUnit(unit, { type: 'account', id: account }, origin), org, id)
    }
  })
}
