import { hash } from 'node:crypto'
import { isId } from '@cardea/protocol'
import type { Actor, NewEvent, Origin } from '../../kernel/events/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import { apiErrors } from './errors.ts'

/** Who calls an API, for the audit trail. */
export interface Requester {
  readonly actor: Actor
  readonly origin: Origin
}

export async function requesterOf(engine: Engine, call: Call): Promise<Requester> {
  const { token } = call
  if (!token) throw apiErrors('request.token_invalid')
  const userAgent = call.headers.get('user-agent')?.slice(0, 400)
  const origin = {
    request: call.traceId,
    client: token.clientId,
    address: call.address,
    ...(userAgent ? { userAgent } : {}),
  }
  if (isId('account', token.subject)) return { actor: { type: 'account', id: token.subject }, origin }
  const client = await engine.clients.find(token.clientId)
  if (!client) throw apiErrors('request.token_invalid')
  return { actor: { type: 'client', id: client.id }, origin }
}

/**
 * The engine, whose units note who asked: every event of a unit carries the requester, whatever the verb believed.
 * `change` adds what the object was and has become, as digests (T-AUD-01).
 */
export function actingEngine(
  engine: Engine,
  { actor, origin }: Requester,
  change?: { readonly before?: View; readonly after: () => View | undefined },
): Engine {
  const unit = <T>(work: (unit: Unit) => Promise<T>): Promise<T> =>
    engine.store.unit(async (inner) => {
      const events: NewEvent[] = []
      const result = await work({
        ...inner,
        emit: async (event) => {
          events.push(event)
        },
      })
      const after = change?.after()
      const about = change?.before?.id ?? after?.id
      const digests = { before: digest(change?.before), after: digest(after) }
      for (const event of events) {
        const data = about !== undefined && event.target === about ? { data: { ...event.data, ...digests } } : {}
        await inner.emit({ ...event, ...data, actor, origin })
      }
      return result
    })
  return { ...engine, store: { ...engine.store, unit } }
}

/** An object as the API shows it: no secrets, and its id. */
interface View {
  readonly id: string
}

function digest(view: View | undefined): string | null {
  return view === undefined ? null : hash('sha256', JSON.stringify(view), 'base64url')
}
