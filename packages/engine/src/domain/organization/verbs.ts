import type { OrganizationId } from '@cardea/protocol'
import { createCache } from '../../kernel/cache.ts'
import type { Engine } from '../engine.ts'
import type { SignInPolicy } from '../flow/index.ts'
import { organizationErrors } from './errors.ts'
import type { Organizations } from './index.ts'
import {
  findOrganization,
  findRoot,
  insertOrganization,
  isHandleTaken,
  listOrganizations,
  updateOrganization,
} from './store.ts'

const topic = 'organization'
const rootKey = '/'

export function createOrganizations(engine: Engine): Organizations {
  const { store, now } = engine
  const newId = (): OrganizationId => `org_${engine.random(16)}`
  const cache = createCache({
    store,
    topic,
    now,
    load: (key: string) => (key === rootKey ? findRoot(store) : findOrganization(store, key)),
  })

  const checkPolicy = (policy: SignInPolicy | undefined) => {
    const [unknown] = policy ? engine.flows.unknownAuthenticators(policy) : []
    if (unknown)
      throw organizationErrors('api.invalid', { field: `signInPolicy.${unknown.path}`, reason: unknown.reason })
  }

  const makeRoot = async () => {
    await store.unit(async (unit) => {
      const id = newId()
      const root = {
        id,
        parent: undefined,
        handle: 'root',
        name: 'Cardea',
        branding: undefined,
        signInPolicy: undefined,
      }
      if (!(await insertOrganization(unit, root))) return
      await unit.emit({ type: 'organization.created', org: id, actor: { type: 'system' }, target: id })
      unit.signal(topic)
    })
    // Whichever process was first: there is one now.
    const root = await findRoot(store)
    if (!root) throw new Error('the root organization could not be made')
    return root
  }

  return {
    root: async () => (await cache.get(rootKey)) ?? makeRoot(),
    find: (idOrHandle) => (idOrHandle === rootKey ? Promise.resolve(undefined) : cache.get(idOrHandle)),
    list: (parent, page) => listOrganizations(store, parent, page),
    create: async (unit, { id = newId(), ...rest }) => {
      checkPolicy(rest.signInPolicy)
      const organization = { id, ...rest }
      if (!(await insertOrganization(unit, organization)))
        throw organizationErrors('api.conflict', { kind: 'organization', field: 'handle' })
      await unit.emit({
        type: 'organization.created',
        org: id,
        actor: { type: 'system' },
        target: id,
        data: { handle: rest.handle },
      })
      unit.signal(topic)
      return organization
    },
    update: async (unit, id, change) => {
      checkPolicy(change.signInPolicy)
      // Locks the row, so that what is read is what is changed.
      await unit
        .in(id)
        .updateTable('organization')
        .set((eb) => ({ name: eb.ref('name') }))
        .execute()
      const before = await findOrganization(unit, id)
      if (before?.id !== id) return undefined
      const after = { ...before, ...change }
      if (after.handle !== before.handle && (await isHandleTaken(unit, after.handle, id)))
        throw organizationErrors('api.conflict', { kind: 'organization', field: 'handle' })
      await updateOrganization(unit, id, after)
      await unit.emit({
        type: 'organization.updated',
        org: id,
        actor: { type: 'system' },
        target: id,
        data: { changed: Object.keys(change) },
      })
      unit.signal(topic)
      return after
    },
  }
}
