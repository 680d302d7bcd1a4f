import { createHmac, randomBytes } from 'node:crypto'
import type { AccountId, OrganizationId } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import { createSealing } from '../../kernel/seal.ts'
import { race, testStores } from '../../kernel/store/testing.ts'
import { accountNoun, createAccounts } from '../account/index.ts'
import { factorNoun } from '../factor/index.ts'
import { removeOverdue } from './expiry.ts'
import { acrMulti, acrOf, acrSingle, createSessions } from './index.ts'
import { sessionMigrations } from './store.ts'

const org: OrganizationId = 'org_one'
const factors = [{ authenticator: 'password', amr: ['pwd'], at: 1 }]
const start = Date.UTC(2026, 10, 25)

describe('acr', () => {
  test.each([
    [acrSingle, [['pwd']]],
    [acrMulti, [['pwd'], ['otp']]],
    [acrSingle, [['otp'], ['otp']]],
    [acrMulti, [['hwk', 'user']]],
    [acrMulti, [['swk', 'user']]],
    [acrSingle, [['hwk']]],
    [acrMulti, [['pwd'], ['hwk']]],
    [acrSingle, []],
  ])('%s for %j', (expected, proofs) => {
    expect(acrOf(proofs.map((amr) => ({ amr })))).toBe(expected)
  })
})

describe.each(testStores())('sessions on $name', ({ open }) => {
  const make = async () => {
    let at = start
    const now = () => at
    const store = await open({
      now,
      migrations: [accountNoun, factorNoun].flatMap((noun) => noun.migrations ?? []).concat(sessionMigrations),
    })
    const kernel = {
      store,
      now,
      publicUrl: 'https://id.example',
      random: (bytes: number) => randomBytes(bytes).toString('base64url'),
      ...createSealing(new Uint8Array(32)),
      mac: (value: string, context: string) =>
        createHmac('sha256', 'k').update(`${context} ${value}`).digest('base64url'),
      flows: { endAll: async () => {} },
      grants: { revokeBound: async () => {} },
    }
    const account = await store.unit((unit) => createAccounts(kernel).create(unit, { org, username: 'ann' }))
    const sessions = createSessions(kernel)
    const create = (id: AccountId = account.id) =>
      store.unit((unit) =>
        sessions.create(unit, {
          org,
          account: id,
          startedBy: 'mail',
          factors,
          userAgent: undefined,
          address: undefined,
        }),
      )
    return { store, sessions, create, account, kernel, advance: (milliseconds: number) => (at += milliseconds) }
  }

  test('are found by secret and isk, neither of which is in the database', async () => {
    const { store, sessions, create } = await make()
    const { session, secret, isk } = await create()
    expect((await sessions.findBySecret(secret))?.id).toBe(session.id)
    expect((await sessions.findByIsk(isk))?.id).toBe(session.id)
    expect(sessions.isk(session.id)).toBe(isk)
    expect(await sessions.findBySecret('')).toBeUndefined()
    const rows = JSON.stringify(await store.across('look').selectFrom('session').selectAll().execute())
    expect(rows).not.toContain(secret)
    expect(rows).not.toContain(isk)
    await store.close()
  })

  test('T-SES-02 a renewal replaces the secret and keeps the session', async () => {
    const { store, sessions, create } = await make()
    const { session, secret } = await create()
    const renewed = await store.unit((unit) => sessions.renew(unit, org, session.id, factors))
    expect(renewed?.session.id).toBe(session.id)
    expect(await sessions.findBySecret(secret)).toBeUndefined()
    expect((await sessions.findBySecret(renewed?.secret ?? ''))?.id).toBe(session.id)
    await store.close()
  })

  test('of fifty that end one, one does, and it names who took part', async () => {
    const { store, sessions, create } = await make()
    const { session } = await create()
    await store.unit((unit) => sessions.addParticipant(unit, session, 'files'))
    await store.unit((unit) => sessions.addParticipant(unit, session, 'mail'))
    expect(await sessions.participants(org, session.id)).toEqual(['mail', 'files'])
    const ended = await race(store, async (unit) =>
      (await sessions.end(unit, org, session.id)).length > 0 ? true : undefined,
    )
    expect(ended).toHaveLength(1)
    const events = await store
      .across('look')
      .selectFrom('event')
      .selectAll()
      .where('type', '=', 'session.ended')
      .execute()
    expect(events.map((event) => JSON.parse(event.data ?? ''))).toMatchObject([{ participants: ['mail', 'files'] }])
    await store.close()
  })

  test('all but one end', async () => {
    const { store, sessions, create, account } = await make()
    const [kept] = [await create(), await create(), await create()]
    expect(await store.unit((unit) => sessions.endAll(unit, org, account.id, kept.session.id))).toBe(2)
    expect((await sessions.list(org, account.id)).map((one) => one.id)).toEqual([kept.session.id])
    await store.close()
  })

  test('T-SES-04 what is over is not found, and removed in the background', async () => {
    const { store, sessions, create, kernel, account, advance } = await make()
    const { session, secret } = await create()
    advance(7 * 86_400_000)
    expect(await sessions.findBySecret(secret)).toBeUndefined()
    expect(await sessions.find(org, session.id)).toBeUndefined()
    expect(await sessions.list(org, account.id)).toEqual([])
    await removeOverdue(kernel)
    expect(await store.across('look').selectFrom('session').selectAll().execute()).toEqual([])
    await store.close()
  })

  test('a ticket is redeemed by one of fifty, and opens as nothing else', async () => {
    const { store, sessions, create, kernel } = await make()
    const { session } = await create()
    const ticket = await sessions.ticket(session, 'app_one')
    const redeemed = await Promise.all(Array.from({ length: 50 }, () => sessions.redeem(ticket)))
    expect(redeemed.filter((one) => one !== undefined)).toEqual([{ org, session: session.id, client: 'app_one' }])
    const sealedOtherwise = await kernel.seal(`${org} ${session.id} app_one nonce ${start + 1e9}`, 'something else')
    expect(await sessions.redeem(sealedOtherwise)).toBeUndefined()
    await store.close()
  })
})
