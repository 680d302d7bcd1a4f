import type { AccountId, OrganizationId, SessionId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Account } from '../../domain/account/index.ts'
import { actingEngine, apiErrors, limitCalls, organizationOf, requesterOf } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/call.ts'

/** The person a call is from. `acting` writes as them. */
export interface Self {
  readonly org: OrganizationId
  readonly account: Account
  /** The SSO session the token was issued in; absent for offline tokens. */
  readonly session: SessionId | undefined
  readonly acting: Engine
}

/** A token without a person (client_credentials) has no `me`. */
export async function self(call: Call, engine: Engine): Promise<Self> {
  limitCalls(engine, call)
  const org = await organizationOf(engine, call)
  const subject = call.token?.subject
  const account = isId('account', subject) ? await engine.accounts.find(org, subject satisfies AccountId) : undefined
  if (account?.status !== 'active') throw apiErrors('api.not_found', { kind: 'account' })
  const session = call.token?.session
  return {
    org,
    account,
    session: isId('session', session) ? session : undefined,
    acting: actingEngine(engine, await requesterOf(engine, call)),
  }
}

/** How long ago a person must have proven who they are to change how they do (ASVS 7.5.1), in seconds. */
const recentEnough = 600

export function recentlyProven(call: Call, engine: Engine): Record<never, never> {
  const { authTime } = call.token ?? {}
  if (authTime !== undefined && engine.now() / 1000 - authTime <= recentEnough) return {}
  throw reauthenticationRequired()
}

/** RFC 9470 §3: which sign-in would do. */
export function reauthenticationRequired() {
  return apiErrors(
    'api.reauthentication_required',
    {},
    { 'www-authenticate': `Bearer error="insufficient_user_authentication", max_age="${recentEnough}"` },
  )
}
