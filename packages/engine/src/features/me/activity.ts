import type { ApiActivity } from '@cardea/protocol'
import { pageRequest, pageView, time } from '../../domain/api/index.ts'
import type { AuditEntry } from '../../domain/audit/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/call.ts'
import { json } from '../../kernel/http/index.ts'
import type { Self } from './self.ts'

/** What a person can make sense of; the rest of the trail is the administrator's. */
const types = [
  'account.created',
  'account.updated',
  'account.disabled',
  'account.enabled',
  'account.new_place',
  'consent.granted',
  'consent.revoked',
  'factor.added',
  'factor.changed',
  'factor.removed',
  'grant.reuse_detected',
  'session.created',
  'session.renewed',
  'session.ended',
  'sign-in.failed',
]

export async function listActivity(call: Call & Self, engine: Engine): Promise<Response> {
  const { org, account } = call
  const { limit, after } = pageRequest(call)
  const page = await engine.audit.list(org, { limit, after, subject: account.id, types })
  return json(pageView(page, (entry) => activityView(entry, account.id)))
}

function activityView(entry: AuditEntry, me: Self['account']['id']): ApiActivity {
  const { id, type, at, actor, origin, data } = entry
  const { account, before, after, ...rest } = data ?? {}
  return {
    id,
    type,
    at: time(at),
    byMe: 'id' in actor && actor.id === me,
    app: origin?.client,
    address: origin?.address,
    ...(Object.keys(rest).length > 0 ? { data: rest } : {}),
  }
}
