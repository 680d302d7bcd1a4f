import type { AccountId, OrganizationId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import { createCache } from '../../kernel/cache.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isTaken } from '../../kernel/store/index.ts'
import type { Account, Subject } from './account.ts'
import { accountErrors } from './errors.ts'
import type { Accounts } from './index.ts'
import {
  deleteAccount,
  findAccount,
  findByIdentifierWithFactors,
  findBySubject,
  findWithFactors,
  identifierKey,
  insertAccount,
  listAccounts,
  lockAccount,
  saveAccount,
  takenField,
} from './store.ts'

/** What is said when one account has changed: `account usr_…`. */
const topic = 'account'

export function createAccounts(kernel: Pick<Kernel, 'store' | 'now' | 'random' | 'mac'>): Accounts {
  const { store, now, random, mac } = kernel
  const subjects = createCache({
    store,
    topic,
    keyOf: (changed) => {
      const id = changed.slice(topic.length + 1)
      return changed.startsWith(`${topic} `) && isId('account', id) ? id : undefined
    },
    now,
    load: (id: AccountId) => findBySubject(store, id),
  })

  const keyOf = (org: OrganizationId, identifier: string) =>
    mac(`${org}\0${identifierKey(identifier)}`, 'ghost').slice(0, 22)
  const namesOf = ({ username, email }: Account) => (email === undefined ? [username] : [username, email])

  return {
    find: (org, id) => findAccount(store, org, id),
    findWithFactors: (org, id) => findWithFactors(store, org, id),
    // Read after the row is locked, or it would be what was there before the wait.
    lock: async (unit, org, id) => (await lockAccount(unit, org, id)) && findWithFactors(unit, org, id),
    findBySubject: subjects.get,
    findByIdentifier: async (org, identifier) => (await findByIdentifierWithFactors(store, org, identifier))?.account,

    async identify(org, identifier): Promise<Subject> {
      // Made for everybody, so that a ghost costs what an account does.
      const id: AccountId = `usr_${keyOf(org, identifier)}`
      const found = await findByIdentifierWithFactors(store, org, identifier)
      if (found?.account.status === 'active') return { type: 'account', ...found, identifier }
      return { type: 'ghost', id, org, identifier, factors: [] }
    },

    nameKey(subject) {
      if (subject.type === 'ghost') return keyOf(subject.org, subject.identifier)
      const { account, identifier } = subject
      const typed = identifier === undefined ? undefined : identifierKey(identifier)
      // Nothing else than a name of its own counts, or an account had as many counters as there are texts.
      const own = namesOf(account).find((name) => identifierKey(name) === typed)
      return keyOf(account.org, own ?? account.username)
    },
    nameKeys: (account) => namesOf(account).map((name) => keyOf(account.org, name)),

    list: (org, page) => listAccounts(store, org, page),

    async create(unit, given) {
      const at = now()
      const account: Account = {
        id: given.id ?? `usr_${random(16)}`,
        org: given.org,
        username: given.username.trim().normalize('NFC'),
        email: given.email?.trim(),
        emailVerified: given.emailVerified ?? false,
        name: given.name,
        givenName: given.givenName,
        familyName: given.familyName,
        picture: given.picture,
        locale: given.locale,
        zoneinfo: given.zoneinfo,
        attributes: given.attributes ?? {},
        status: given.status ?? 'active',
        createdAt: at,
        updatedAt: at,
      }
      const taken = await takenField(unit, account.org, account)
      const created = taken ? undefined : await insertAccount(unit, account)
      if (!created) throw accountErrors('api.conflict', { kind: 'account', field: taken ?? 'id' })
      await unit.emit({ type: 'account.created', org: account.org, actor: { type: 'system' }, target: account.id })
      return created
    },

    async update(unit, org, id, given) {
      const before = await lockAccount(unit, org, id)
      if (!before) return undefined
      // That the address before was verified says nothing about a new one.
      const moved = 'email' in given && given.email !== before.email
      const change = moved ? { emailVerified: false, ...given } : given
      if (change.username !== undefined || change.email !== undefined) {
        const taken = await takenField(unit, org, { ...change, id })
        if (taken) throw accountErrors('api.conflict', { kind: 'account', field: taken })
      }
      const saving = saveAccount(unit, { ...before, ...change, id, org, updatedAt: now() })
      const after = await saving.catch((error: unknown) => {
        // Somebody took the name after we had looked.
        if (!isTaken(error)) throw error
        throw accountErrors('api.conflict', {
          kind: 'account',
          field: change.email === undefined ? 'username' : 'email',
        })
      })
      if (!after) return undefined
      unit.signal(`${topic} ${id}`)
      const fields = Object.keys(change)
      const event = { org, actor: { type: 'system' }, target: id } as const
      if (after.status !== before.status) {
        await unit.emit({ ...event, type: after.status === 'active' ? 'account.enabled' : 'account.disabled' })
      }
      if (fields.some((field) => field !== 'status')) {
        await unit.emit({ ...event, type: 'account.updated', data: { fields } })
      }
      return after
    },

    async remove(unit, org, id) {
      const removed = await deleteAccount(unit, org, id)
      unit.signal(`${topic} ${id}`)
      if (removed) await unit.emit({ type: 'account.deleted', org, actor: { type: 'system' }, target: id })
      return removed
    },
  }
}
