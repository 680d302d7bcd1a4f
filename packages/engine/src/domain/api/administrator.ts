import type { OrganizationId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Call } from '../../kernel/http/call.ts'
import type { Engine } from '../engine.ts'
import { apiErrors } from './errors.ts'
import { limitCalls } from './limit.ts'
import { organizationOf } from './organization.ts'
import type { Requester } from './requester.ts'
import { requesterOf } from './requester.ts'

/** Who administers, and the organization whose rows they see. */
export interface Administrator {
  readonly org: OrganizationId
  readonly requester: Requester
}

/**
 * A scope says what an app may do for somebody, not that this somebody may do it (ASVS 8.3.3): a token with a
 * person behind it also needs the person to be an administrator, `attributes.admin`.
 */
export async function administrator(call: Call, engine: Engine): Promise<Administrator> {
  limitCalls(engine, call)
  const org = await organizationOf(engine, call)
  const subject = call.token?.subject
  if (isId('account', subject)) {
    const account = await engine.accounts.find(org, subject)
    if (account?.status !== 'active' || account.attributes.admin !== true) throw apiErrors('api.forbidden')
  }
  return { org, requester: await requesterOf(engine, call) }
}
