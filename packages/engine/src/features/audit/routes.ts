import type { ApiAuditEntry } from '@cardea/protocol'
import { zAuditEntry, zAuditQuery, zAuditVerification, zPage } from '@cardea/protocol'
import type { Administrator } from '../../domain/api/index.ts'
import { administrator, pageView, queryOf, time } from '../../domain/api/index.ts'
import type { AuditEntry } from '../../domain/audit/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/call.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'

const reading = {
  method: 'GET',
  access: { type: 'token', scopes: ['audit:read'] },
  surface: 'problem',
  body: { type: 'none' },
} as const

export const routes: readonly Route<Engine>[] = [
  {
    ...reading,
    path: '/api/v1/audit',
    summary: 'Read the audit trail, newest first',
    query: zAuditQuery,
    response: zPage(zAuditEntry),
    steps: steps(administrator, listEntries),
  },
  {
    ...reading,
    path: '/api/v1/audit/verify',
    summary: 'Check that the audit trail is as it was written',
    response: zAuditVerification,
    steps: steps(administrator, verifyEntries),
  },
]

async function listEntries(call: Call & Administrator, engine: Engine): Promise<Response> {
  const { limit = 50, since, until, ...filters } = queryOf(call, zAuditQuery)
  const page = await engine.audit.list(call.org, {
    limit,
    ...filters,
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  })
  return json(pageView(page, entryView))
}

async function verifyEntries({ org }: Administrator, engine: Engine): Promise<Response> {
  return json(await engine.audit.verify(org))
}

function entryView(entry: AuditEntry): ApiAuditEntry {
  const { sequence, id, type, at, actor, org, target, session, origin, data, hash } = entry
  return {
    sequence,
    id,
    type,
    at: time(at),
    actor,
    act: origin?.act?.map((one) => ({ ...one })),
    organization: org,
    target,
    session,
    request: origin?.request,
    app: origin?.client,
    address: origin?.address,
    data: data && { ...data },
    hash,
  }
}
