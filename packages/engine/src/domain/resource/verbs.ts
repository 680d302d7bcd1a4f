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
    load: async (_: 'all'): Promise<readonly Resource[]> => [own, ...(await allResources(store))],
  })
  const all = async () => (await cache.get('all')) ?? [own]
  /** Cardea's own API and the organization's: a neighbour's app must not get tokens for them by writing down their scopes. */
  const usableBy = async (org: OrganizationId) =>
    (await all()).filter((one) => one.org === undefined || one.org === org)

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
    find: async (identifier) => (await all()).find((resource) => resource.identifier === identifier),
    owners: async (name, org) =>
      (await usableBy(org)).filter(({ scopes }) => scopes.some((scope) => scope.name === name)),
    usable: async (identifier, org) => (await usableBy(org)).find((resource) => resource.identifier === identifier),
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
