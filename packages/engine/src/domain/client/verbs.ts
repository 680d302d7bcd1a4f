import { createCache } from '../../kernel/cache.ts'
import type { Engine } from '../engine.ts'
import { authenticate } from './authenticate.ts'
import type { Client } from './client.ts'
import { presentsCredentials } from './credentials.ts'
import { clientErrors } from './errors.ts'
import type { Clients } from './index.ts'
import { createClientKeys } from './jwks.ts'
import { changed, checkRegistration, withDefaults } from './registration.ts'
import { hashSecret, secretId } from './secret.ts'
import {
  deleteClient,
  findClient,
  firstPartyOrigins,
  insertClient,
  isClientIdTaken,
  isRegisteredOrigin,
  listClients,
  lockClient,
  updateClient,
} from './store.ts'

const topic = 'client'

export function createClients(engine: Engine): Clients {
  const { store, now } = engine
  const keys = createClientKeys(engine)
  const byClientId = createCache({ store, topic, now, load: (id: string) => findClient(store, 'client_id', id) })
  const byId = createCache({ store, topic, now, load: (id: string) => findClient(store, 'id', id) })
  const origins = createCache({ store, topic, now, load: (origin: string) => isRegisteredOrigin(store, origin) })

  const find = async (clientId: string) => {
    const client = await byClientId.get(clientId)
    return client?.status === 'active' ? client : undefined
  }
  const taken = () => clientErrors('api.conflict', { kind: 'app', field: 'clientId' })

  const save: (...args: [Parameters<Clients['update']>[0], Client, readonly string[]]) => Promise<Client> = async (
    unit,
    client,
    fields,
  ) => {
    await updateClient(unit, client)
    await unit.emit({
      type: 'client.updated',
      org: client.org,
      actor: { type: 'system' },
      target: client.id,
      data: { clientId: client.clientId, changed: fields },
    })
    unit.signal(topic)
    return client
  }

  return {
    find,
    get: async (org, id) => {
      const client = await byId.get(id)
      return client?.org === org ? client : undefined
    },
    authenticate: (call) => authenticate(engine, keys, find, call),
    presents: presentsCredentials,
    allowsOrigin: async (origin) => (await origins.get(origin)) ?? false,
    origins: () => firstPartyOrigins(store),
    list: (org, page) => listClients(store, org, page),
    create: async (unit, given) => {
      const client = withDefaults(engine, given)
      checkRegistration(engine, client)
      if (!(await insertClient(unit, client))) throw taken()
      await unit.emit({
        type: 'client.created',
        org: client.org,
        actor: { type: 'system' },
        target: client.id,
        data: { clientId: client.clientId, name: client.name },
      })
      unit.signal(topic)
      return client
    },
    update: async (unit, org, id, change) => {
      const before = await lockClient(unit, org, id)
      if (!before) return undefined
      const after = changed(engine, before, change)
      checkRegistration(engine, after)
      if (after.clientId !== before.clientId && (await isClientIdTaken(unit, after.clientId, id))) throw taken()
      return save(unit, after, Object.keys(change))
    },
    remove: async (unit, org, id) => {
      if (!(await deleteClient(unit, org, id))) return false
      await unit.emit({ type: 'client.deleted', org, actor: { type: 'system' }, target: id })
      unit.signal(topic)
      return true
    },
    addSecret: async (unit, org, id) => {
      const before = await lockClient(unit, org, id)
      if (!before) return undefined
      const secret = engine.random(32)
      const hash = hashSecret(secret)
      // Two at most: the newest and the one it will replace.
      const secretHashes = [hash, ...before.secretHashes.slice(0, 1)]
      await save(unit, { ...before, secretHashes, updatedAt: now() }, ['secret'])
      return { id: secretId(hash), secret }
    },
    removeSecret: async (unit, org, id, given) => {
      const before = await lockClient(unit, org, id)
      const secretHashes = before?.secretHashes.filter((hash) => secretId(hash) !== given) ?? []
      if (!before || secretHashes.length === before.secretHashes.length) return false
      if (secretHashes.length === 0)
        throw clientErrors('api.invalid', { field: 'secretId', reason: 'it is the only secret; add another one first' })
      await save(unit, { ...before, secretHashes, updatedAt: now() }, ['secret'])
      return true
    },
  }
}
