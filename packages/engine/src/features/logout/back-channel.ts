import { isId } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { Event, Subscriber } from '../../kernel/events/index.ts'
import type { Unit } from '../../kernel/store/index.ts'

/** One event per app that took part, so that each is told, and told again, by itself. */
async function fanOut(engine: Engine, event: Event): Promise<((unit: Unit) => Promise<void>) | undefined> {
  const participants = Array.isArray(event.data?.participants) ? event.data.participants : []
  const account = event.data?.account
  const told: { id: `app_${string}`; clientId: string }[] = []
  for (const clientId of participants) {
    const client = typeof clientId === 'string' ? await engine.clients.find(clientId) : undefined
    if (client?.backchannelLogoutUri) told.push(client)
  }
  if (told.length === 0 || typeof account !== 'string' || event.session === undefined) return undefined
  const { session } = event
  return async (unit) => {
    for (const { id, clientId } of told) {
      const data = { clientId, account }
      await unit.emit({
        type: 'logout.requested',
        org: event.org,
        actor: { type: 'system' },
        target: id,
        session,
        data,
      })
    }
  }
}

/** Back-Channel Logout §2.5: 200 or 204 is a yes; everything else is tried again, later and later. */
async function tell(engine: Engine, event: Event, idempotencyKey: string): Promise<void> {
  const { clientId, account } = event.data ?? {}
  const client = typeof clientId === 'string' ? await engine.clients.find(clientId) : undefined
  if (!client?.backchannelLogoutUri || !isId('account', account) || !isId('session', event.session)) return
  const logoutToken = await engine.tokens.logout({ client, account, session: event.session, jti: idempotencyKey })
  const { status } = await engine.fetch(client.backchannelLogoutUri, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ logout_token: logoutToken }).toString(),
  })
  if (status !== 200 && status !== 204) throw new Error(`back-channel logout: ${client.clientId} answered ${status}`)
}

export const backChannelLogout: readonly Subscriber<Engine>[] = [
  { name: 'logout.fan-out', types: ['session.ended'], prepare: fanOut },
  {
    name: 'logout.back-channel',
    types: ['logout.requested'],
    maxAttempts: 10,
    handle: (engine, event, { idempotencyKey }) => tell(engine, event, idempotencyKey),
  },
]
