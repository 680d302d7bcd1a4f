import { createHmac, randomBytes } from 'node:crypto'
import type { AccountId, OrganizationId } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import type { Kernel } from '../../kernel/kernel.ts'
import { race, testStores } from '../../kernel/store/testing.ts'
import { factorNoun } from '../factor/index.ts'
import { accountMigrations } from './store.ts'
import { createAccounts } from './verbs.ts'

const org: OrganizationId = 'org_one'
const other: OrganizationId = 'org_two'

describe.each(testStores())('accounts on $name', ({ open }) => {
  const make = async () => {
    const store = await open({ now: Date.now, migrations: [...accountMigrations, ...(factorNoun.migrations ?? [])] })
    const kernel: Pick<Kernel, 'store' | 'now' | 'random' | 'mac'> = {
      store,
      now: Date.now,
      random: (bytes) => randomBytes(bytes).toString('base64url'),
      mac: (value, context) => createHmac('sha256', 'key').update(`${context} ${value}`).digest('base64url'),
    }
    return { store, accounts: createAccounts(kernel) }
  }

  test('are found by username and e-mail, however they are typed, in their organization only', async () => {
    const { store, accounts } = await make()
    const ann = await store.unit((unit) => accounts.create(unit, { org, username: 'Ann', email: 'Ann@Demo.test' }))
    for (const typed of ['ann', ' ANN ', 'ann@demo.TEST']) {
      expect((await accounts.findByIdentifier(org, typed))?.id).toBe(ann.id)
      expect(await accounts.findByIdentifier(other, typed)).toBeUndefined()
    }
    expect(await accounts.find(other, ann.id)).toBeUndefined()
    expect(await accounts.findBySubject(ann.id)).toEqual(ann)
    await store.close()
  })

  test('nobody’s username is somebody else’s e-mail address: either says who signs in', async () => {
    const { store, accounts } = await make()
    const ann = await store.unit((unit) => accounts.create(unit, { org, username: 'ann', email: 'ann@demo.test' }))
    const eve = store.unit((unit) => accounts.create(unit, { org, username: 'ann@demo.test' }))
    await expect(eve).rejects.toMatchObject({ code: 'api.conflict', params: { field: 'username' } })
    expect((await accounts.findByIdentifier(org, 'ann@demo.test'))?.id).toBe(ann.id)
    await store.close()
  })

  test('of fifty with one name one is made', async () => {
    const { store, accounts } = await make()
    const made = await race(store, (unit) =>
      accounts.create(unit, { org, username: 'ann' }).catch((error: { code?: string }) => {
        expect(error.code).toBe('api.conflict')
        return undefined
      }),
    )
    expect(made).toHaveLength(1)
    await store.close()
  })

  test('of many who change to one address at once one gets it, and the others are told', async () => {
    const { store, accounts } = await make()
    const ids: AccountId[] = []
    for (let index = 0; index < 20; index++) {
      ids.push((await store.unit((unit) => accounts.create(unit, { org, username: `person-${index}` }))).id)
    }
    // The first round opens the connections; from then on they come at once.
    for (const email of ['one@demo.test', 'two@demo.test', 'three@demo.test']) {
      const settled = await Promise.allSettled(
        ids.map((id) => store.unit((unit) => accounts.update(unit, org, id, { email }))),
      )
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      expect(refused).toHaveLength(19)
      for (const reason of refused) expect(reason).toMatchObject({ code: 'api.conflict', params: { field: 'email' } })
    }
    await store.close()
  })

  test('what one changes does not bring back what another has changed meanwhile', async () => {
    const { store, accounts } = await make()
    const { id } = await store.unit((unit) => accounts.create(unit, { org, username: 'ann' }))
    const update = (change: Parameters<typeof accounts.update>[3]) =>
      store.unit((unit) => accounts.update(unit, org, id, change))
    for (let round = 0; round < 20; round++) {
      await update({ status: 'active', attributes: { admin: true } })
      const names = Array.from({ length: 8 }, (_, index) => update({ name: `Ann ${round} ${index}` }))
      await Promise.all([update({ status: 'disabled', attributes: {} }), ...names])
      expect(await accounts.find(org, id)).toMatchObject({ status: 'disabled', attributes: {} })
    }
    await store.close()
  })

  test('a taken name is refused by name, also at a change', async () => {
    const { store, accounts } = await make()
    await store.unit((unit) => accounts.create(unit, { org, username: 'ann', email: 'ann@demo.test' }))
    const bob = await store.unit((unit) => accounts.create(unit, { org, username: 'bob' }))
    const change = (to: object) => store.unit((unit) => accounts.update(unit, org, bob.id, to))
    await expect(change({ username: 'ANN' })).rejects.toMatchObject({
      code: 'api.conflict',
      params: { field: 'username' },
    })
    await expect(change({ email: 'ann@DEMO.test' })).rejects.toMatchObject({ params: { field: 'email' } })
    expect((await change({ username: 'Bob', name: 'Bob' }))?.name).toBe('Bob')
    await store.close()
  })

  test('a new address is not verified because the one before was', async () => {
    const { store, accounts } = await make()
    const given = { org, username: 'ann', email: 'ann@old.test', emailVerified: true }
    const { id } = await store.unit((unit) => accounts.create(unit, given))
    const update = (change: Parameters<typeof accounts.update>[3]) =>
      store.unit((unit) => accounts.update(unit, org, id, change))
    expect(await update({ email: 'ann@old.test', name: 'Ann' })).toMatchObject({ emailVerified: true })
    expect(await update({ email: 'ann@new.test' })).toMatchObject({ emailVerified: false })
    expect(await update({ email: 'ann@third.test', emailVerified: true })).toMatchObject({ emailVerified: true })
    expect(await update({ email: undefined })).toMatchObject({ email: undefined, emailVerified: false })
    await store.close()
  })

  test('are listed in pages and searched', async () => {
    const { store, accounts } = await make()
    for (const username of ['ann', 'bea', 'cy', 'dan_100%', 'Eve']) {
      await store.unit((unit) => accounts.create(unit, { org, username, name: `Mx ${username}` }))
    }
    const first = await accounts.list(org, { limit: 2 })
    expect(first.items.map((one) => one.username)).toEqual(['ann', 'bea'])
    const rest = await accounts.list(org, { limit: 9, ...(first.next ? { after: first.next } : {}) })
    expect(rest.items.map((one) => one.username)).toEqual(['cy', 'dan_100%', 'Eve'])
    expect(rest.next).toBeUndefined()
    expect((await accounts.list(org, { limit: 9, search: 'MX E' })).items).toHaveLength(1)
    expect((await accounts.list(org, { limit: 9, search: '_100%' })).items).toHaveLength(1)
    await store.close()
  })

  test('nobody gets the same ghost every time, and a disabled account is one', async () => {
    const { store, accounts } = await make()
    const ghost = await accounts.identify(org, 'Nobody')
    expect(ghost).toMatchObject({ type: 'ghost', id: expect.stringMatching(/^usr_/) })
    expect(await accounts.identify(org, ' nobody')).toMatchObject({ id: ghost.type === 'ghost' ? ghost.id : '' })
    const ann = await store.unit((unit) => accounts.create(unit, { org, username: 'ann' }))
    expect((await accounts.identify(org, 'ann')).type).toBe('account')
    await store.unit((unit) => accounts.update(unit, org, ann.id, { status: 'disabled' }))
    expect((await accounts.identify(org, 'ann')).type).toBe('ghost')
    await store.close()
  })
})
