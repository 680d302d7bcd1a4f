import type { OrganizationId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Call } from '../../kernel/http/call.ts'
import type { Engine } from '../engine.ts'
import { apiErrors } from './errors.ts'

/**
 * The organization whose rows a call may see: the token's. A path that names another one (`/o/{id}/api/v1/…`)
 * leads nowhere, whether that organization exists or not.
 */
export async function organizationOf(engine: Engine, call: Call): Promise<OrganizationId> {
  const org = call.token?.org
  if (!isId('organization', org)) throw apiErrors('request.token_invalid')
  if (call.organization !== undefined) {
    const named = await engine.organizations.find(call.organization)
    if (named?.id !== org) throw apiErrors('api.not_found', { kind: 'organization' })
  }
  return org
}
