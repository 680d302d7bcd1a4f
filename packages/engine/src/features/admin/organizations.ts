import type { ApiOrganization, zOrganizationCreate, zOrganizationPatch } from '@cardea/protocol'
import type { z } from 'zod'
import type { Administrator } from '../../domain/api/index.ts'
import { actingEngine, apiErrors, pageRequest, pageView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Organization } from '../../domain/organization/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { json } from '../../kernel/http/index.ts'

/** The organization itself or one directly below it; no other exists for the caller. */
export async function findOrganization({ org, params }: Call & Administrator, engine: Engine) {
  const organization = await engine.organizations.find(params.organizationId ?? '')
  if (!organization || (organization.id !== org && organization.parent !== org))
    throw apiErrors('api.not_found', { kind: 'organization' })
  return { organization }
}

export async function listOrganizations(call: Call & Administrator, engine: Engine): Promise<Response> {
  return json(pageView(await engine.organizations.list(call.org, pageRequest(call)), organizationView))
}

export function showOrganization({ organization }: { readonly organization: Organization }): Response {
  return json(organizationView(organization))
}

export async function createOrganization({ org, requester, json: body }: Call & Administrator, engine: Engine) {
  const { handle, name, branding, signInPolicy } = body as z.infer<typeof zOrganizationCreate>
  let created: Organization | undefined
  const acting = actingEngine(engine, requester, { after: () => created && organizationView(created) })
  const organization = await acting.store.unit(async (unit) => {
    created = await acting.organizations.create(unit, { parent: org, handle, name, branding, signInPolicy })
    return created
  })
  return json(organizationView(organization), 201)
}

export async function changeOrganization(
  { requester, organization, json: body }: Call & Administrator & { readonly organization: Organization },
  engine: Engine,
): Promise<Response> {
  const patch = body as z.infer<typeof zOrganizationPatch>
  const cleared = Object.entries(patch).map(([member, value]) => [member, value ?? undefined])
  let changed: Organization | undefined
  const after = () => changed && organizationView(changed)
  const acting = actingEngine(engine, requester, { before: organizationView(organization), after })
  await acting.store.unit(async (unit) => {
    changed = await acting.organizations.update(unit, organization.id, Object.fromEntries(cleared))
  })
  if (!changed) throw apiErrors('api.not_found', { kind: 'organization' })
  return json(organizationView(changed))
}

function organizationView({ id, parent, handle, name, branding, signInPolicy }: Organization): ApiOrganization {
  // JSON either way: the policy was read from it.
  return { id, parent, handle, name, branding, signInPolicy: signInPolicy as ApiOrganization['signInPolicy'] }
}
