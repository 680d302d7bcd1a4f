import type { ApiResource, ResourceId, zApiCreate, zApiPatch } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { z } from 'zod'
import type { Administrator } from '../../domain/api/index.ts'
import { actingEngine, apiErrors, pageRequest, pageView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Resource } from '../../domain/resource/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'

type Found = { readonly resource: Resource }

/** The API of the path, if it is the organization's. */
export async function findApi({ org, params }: Call & Administrator, engine: Engine): Promise<Found> {
  const id: string | undefined = params.apiId
  const resource = isId('resource', id) ? await engine.resources.get(org, id satisfies ResourceId) : undefined
  if (!resource) throw apiErrors('api.not_found', { kind: 'API' })
  return { resource }
}

export async function listApis(call: Call & Administrator, engine: Engine): Promise<Response> {
  const page = await engine.resources.list(call.org, pageRequest(call))
  return json(pageView(page, (resource) => apiView(resource, call.org)))
}

export function showApi({ resource, org }: Administrator & Found): Response {
  return json(apiView(resource, org))
}

export async function createApi({ org, requester, json: body }: Call & Administrator, engine: Engine) {
  const { identifier, name, scopes = [], accessTokenLifetime } = body as z.infer<typeof zApiCreate>
  let created: Resource | undefined
  const acting = actingEngine(engine, requester, { after: () => created && apiView(created, org) })
  const resource = await acting.store.unit(async (unit) => {
    created = await acting.resources.create(unit, { org, identifier, name, scopes, accessTokenLifetime })
    return created
  })
  return json(apiView(resource, org), 201)
}

export async function changeApi(
  { org, requester, resource, json: body }: Call & Administrator & Found,
  engine: Engine,
) {
  const { accessTokenLifetime, ...patch } = body as z.infer<typeof zApiPatch>
  const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
  const lifetime = accessTokenLifetime === undefined ? {} : { accessTokenLifetime: accessTokenLifetime ?? undefined }
  let changed: Resource | undefined
  const after = () => changed && apiView(changed, org)
  const acting = actingEngine(engine, requester, { before: apiView(resource, org), after })
  await acting.store.unit(async (unit) => {
    changed = await acting.resources.update(unit, org, resource.id, { ...named, ...lifetime })
  })
  if (!changed) throw apiErrors('api.not_found', { kind: 'API' })
  return json(apiView(changed, org))
}

export async function deleteApi({ org, requester, resource }: Administrator & Found, engine: Engine) {
  const acting = actingEngine(engine, requester, { before: apiView(resource, org), after: () => undefined })
  await acting.store.unit((unit) => acting.resources.remove(unit, org, resource.id))
  return empty()
}

function apiView(
  { id, identifier, name, scopes, accessTokenLifetime }: Resource,
  org: Administrator['org'],
): ApiResource {
  return { id, organization: org, identifier, name, scopes: scopes.map((scope) => ({ ...scope })), accessTokenLifetime }
}
