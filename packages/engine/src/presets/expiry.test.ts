import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attemptNoun } from '../domain/attempt/index.ts'
import { flowNoun } from '../domain/flow/index.ts'
import { grantNoun } from '../domain/grant/index.ts'
import { messageNoun } from '../domain/message/index.ts'
import { sessionNoun } from '../domain/session/index.ts'
import { tokenNoun } from '../domain/token/index.ts'
import { bffSessions } from '../features/bff-sessions/index.ts'
import type { Tables } from '../kernel/store/index.ts'
import type { TestEngine } from '../testing.ts'
import { testEngine } from '../testing.ts'
import { defaultFeatures } from './default.ts'

const many = 2500
const org_id = 'org_a'

/** Rows of each table whose time was over long ago. */
const expired = {
  flow: (id: string) => ({
    ...{ org_id, id_hash: id, client: 'app_a', version: 1, attempts: 0, status: 'open', busy_until: 0 },
    ...{ record: '{}', pending: null, created_at: 0, expires_at: 1 },
  }),
  message: (id: string) => ({
    ...{ org_id, id, channel: 'email', template: 'email-otp', locale: 'en', sealed: '', created_at: 1 },
  }),
  attempt: (id: string) => ({ key: id, count: 1, wait_until: 0, judging: 0, judging_until: 0, expires_at: 1 }),
  token_denial: (id: string) => ({ org_id, id, denied_at: 0, until: 1 }),
  adopted_ticket: (id: string) => ({ org_id, id, expires_at: 1 }),
  bff_session: (id: string) => ({ org_id, app: 'portal', key: id, sealed: '', sub: '', sid: null, expires_at: 1 }),
  bff_lock: (id: string) => ({ org_id, app: 'portal', key: id, holder: '', expires_at: 1 }),
  access_grant: (id: string) => ({
    ...{ org_id, id, client: 'app_a', client_id: 'a', account: 'usr_a', session: null, scope: '[]', resource: '[]' },
    ...{ claims: null, factors: '[]', nonce: null, offline: 0, created_at: 0, expires_at: 1, tokens_until: 1 },
    ...{ code_hash: id, code_challenge: null, code_expires_at: 1, code_used_at: 1, redirect_uri: '' },
  }),
}

describe.each(['sqlite', 'postgres'] as const)('T-DOS-01 what has expired, on %s', (database) => {
  let cardea: TestEngine
  beforeAll(async () => {
    cardea = await testEngine({ store: database, features: [...defaultFeatures, bffSessions] })
  })
  afterAll(() => cardea.close())

  test.each([
    ['flow', flowNoun],
    ['message', messageNoun],
    ['attempt', attemptNoun],
    ['token_denial', tokenNoun],
    ['adopted_ticket', sessionNoun],
    ['bff_session', bffSessions],
    ['bff_lock', bffSessions],
    ['access_grant', grantNoun],
  ] as const)('%s: goes in portions, which let others in between', async (table, { jobs = [] }) => {
    const { store } = cardea.engine
    for (let start = 0; start < many; start += 500) {
      const rows = Array.from({ length: 500 }, (_, index) => expired[table](`${table}-${start + index}`))
      await store.unit(async (unit) => {
        await unit
          .across('make old rows')
          .insertInto(table)
          // The columns of seven tables; the database checks them.
          .values(rows as never)
          .execute()
      })
    }
    const left = async () => {
      const { count } = await store
        .across('count old rows')
        .selectFrom(table as keyof Tables)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    }
    expect(await left()).toBeGreaterThanOrEqual(many)
    const before = store.counts().transactions
    for (const job of jobs) await job.run(cardea.engine)
    // Each portion is a unit: whoever wants to write waits for one at most.
    expect(store.counts().transactions - before).toBeGreaterThanOrEqual(3)
    expect(await left()).toBe(0)
  })
})
