import type { OrganizationId, ResourceId } from '@cardea/protocol'
import { createCache } from '../../kernel/cache.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import { openidScopes } from '../token/index.ts'
import { ownApi } from './built-in.ts'
import { resourceErrors } from './errors.ts'
import type { Resource, Resources } from './index.ts'
import { allResources, deleteResource, findResource, insertResource, listResources, updateResource } from './store.ts'

const topic = 'resource'

export function createResources(engine: Engine): Resources {
  const { store, now } = engine
  const own = ownApi(engine.publicUrl)
  const cache = createCache({
    store,
    topic,
    now,
    load: async (_: 'all') => indexOf(own, await allResources(store)),
  })
  const index = async () => (await cache.get('all')) ?? indexOf(own, [])

  /** `aud` must mean one API only, never the issuer, and nobody else may define what allows administration. */
  const refuseTaken = async (
    unit: Unit,
    { identifier, scopes }: Pick<Resource, 'identifier' | 'scopes'>,
    except?: ResourceId,
  ) => {
    const others = [own, ...(await allResources(unit))].filter((other) => other.id !== except)
    if (others.some((other) => other.identifier === identifier))
      throw resourceErrors('api.conflict', { kind: 'API', field: 'identifier' })
    if (URL.parse(identifier)?.origin === engine.publicUrl)
      throw resourceErrors('api.invalid', { field: 'identifier', reason: "it is below Cardea's own address" })
    const taken = new Set([...openidScopes, ...own.scopes.map(({ name }) => name)])
    const reserved = scopes.find(({ name }) => taken.has(name))
    if (reserved) throw resourceErrors('api.invalid', { field: 'scopes', reason: `${reserved.name} is Cardea's own` })
  }
  const changed = async (
    unit: Unit,
    type: string,
    resource: Pick<Resource, 'id' | 'identifier'>,
    org: OrganizationId,
  ) => {
    const { id, identifier } = resource
    await unit.emit({ type, org, actor: { type: 'system' }, target: id, data: { identifier } })
    unit.signal(topic)
  }

  return {
    own,
    find: async (identifier) => (await index()).byIdentifier.get(identifier),
    owners: async (name, org) => {
      const { byOrg } = await index()
      return (byOrg.get(org) ?? [own]).filter(({ scopes }) => scopes.some((scope) => scope.name === name))
    },
    usable: async (identifier, org) => {
      const resource = (await index()).byIdentifier.get(identifier)
      return resource && (resource.org === undefined || resource.org === org) ? resource : undefined
    },
    get: (org, id) => findResource(store, org, id),
    list: (org, page) => listResources(store, org, page),
    create: async (unit, resource) => {
      await refuseTaken(unit, resource)
      const id: ResourceId = `api_${engine.random(16)}`
      if (!(await insertResource(unit, id, resource)))
        throw resourceErrors('api.conflict', { kind: 'API', field: 'identifier' })
      await changed(unit, 'resource.created', { id, identifier: resource.identifier }, resource.org)
      return { id, ...resource }
    },
    update: async (unit, org, id, change) => {
      const before = (await allResources(unit)).find((resource) => resource.id === id && resource.org === org)
      if (!before) return undefined
      const after = { ...before, ...change }
      await refuseTaken(unit, after, id)
      await updateResource(unit, org, id, after)
      await changed(unit, 'resource.updated', after, org)
      return after
    },
    remove: async (unit, org, id) => {
      const before = (await allResources(unit)).find((resource) => resource.id === id && resource.org === org)
      if (!before || !(await deleteResource(unit, org, id))) return false
      await changed(unit, 'resource.removed', before, org)
      return true
    },
  }
}

interface Index {
  readonly byIdentifier: ReadonlyMap<string, Resource>
  /** Cardea's own API and the organization's: a neighbour's app must not get tokens for them by writing down their scopes. */
  readonly byOrg: ReadonlyMap<OrganizationId, readonly Resource[]>
}

/** Every token asks: with as many APIs as there are organizations it must not look through all of them. */
function indexOf(own: Resource, others: readonly Resource[]): Index {
  const byOrg = new Map<OrganizationId, Resource[]>()
  for (const resource of others) {
    if (resource.org === undefined) continue
    const known = byOrg.get(resource.org)
    if (known) known.push(resource)
    else byOrg.set(resource.org, [own, resource])
  }
  return { byOrg, byIdentifier: new Map([...others, own].map((resource) => [resource.identifier, resource])) }
}
