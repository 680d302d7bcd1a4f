import type { FlowId, OrganizationId } from '@cardea/protocol'
import { describe, expect, test } from 'vitest'
import { race, testStores } from '../../kernel/store/testing.ts'
import type { FlowRecord } from './flow.ts'
import { defaultPolicy } from './policy.ts'
import {
  claimAnswer,
  deleteExpiredFlows,
  flowMigrations,
  insertFlow,
  readFlow,
  releaseAnswer,
  saveFlow,
} from './store.ts'

const org: OrganizationId = 'org_one'
const id: FlowId = 'flw_a-handle'
const sealing = {
  seal: async (plain: string, context: string) => Buffer.from(`${context} ${plain}`).toString('base64'),
  open: async (sealed: string, context: string) =>
    Buffer.from(sealed, 'base64')
      .toString()
      .slice(context.length + 1),
}

const flow: FlowRecord = {
  id,
  org,
  kind: 'sign-in',
  client: 'app_one',
  binding: { door: 'native', client: 'app_one' },
  ending: 'code',
  request: {
    clientId: 'one',
    redirectUri: 'https://app.example/cb',
    responseType: 'code',
    responseMode: 'direct',
    scope: ['openid'],
    state: undefined,
    nonce: undefined,
    codeChallenge: undefined,
    prompt: [],
    maxAge: undefined,
    acrValues: [],
    loginHint: undefined,
    hintedSubject: undefined,
    claims: undefined,
    resource: [],
    uiLocales: [],
  },
  policy: defaultPolicy,
  identifier: 'ann',
  account: 'usr_ann',
  ghost: false,
  session: undefined,
  done: [],
  skipped: [],
  pending: {
    authenticator: 'totp',
    purpose: 'enrol',
    state: { seed: 'SEED' },
    prompt: { type: 'fields', fields: [], data: { secret: 'SEED' } },
    startedAt: 5,
  },
  message: undefined,
  consent: 'unknown',
  attempts: 0,
  version: 1,
  status: 'open',
  createdAt: 5,
  expiresAt: 1000,
}

describe.each(testStores())('flow records on $name', ({ open }) => {
  const make = async () => {
    const store = await open({ now: () => 10, migrations: flowMigrations })
    await store.unit((unit) => insertFlow(unit, sealing, flow))
    return store
  }

  test('come back as they were; neither handle nor what waits is readable in the database', async () => {
    const store = await make()
    expect(await readFlow(store, sealing, id)).toEqual(flow)
    expect(await readFlow(store, sealing, 'flw_other')).toBeUndefined()
    const rows = JSON.stringify(await store.across('look').selectFrom('flow').selectAll().execute())
    expect(rows).not.toContain('a-handle')
    expect(rows).not.toContain('SEED')
    await store.close()
  })

  test('T-NAT-04 give one of fifty parallel answers its version', async () => {
    const store = await make()
    const winners = await race(store, async (unit) => ((await claimAnswer(unit, flow, { now: 10 })) ? true : undefined))
    expect(winners).toHaveLength(1)
    // A second answer that read the version in between finds the first one being judged.
    const between = { ...flow, version: 2, attempts: 1 }
    expect(await store.unit((unit) => claimAnswer(unit, between, { now: 11 }))).toBe(false)
    expect((await readFlow(store, sealing, id))?.attempts).toBe(1)
    await store.close()
  })

  test('can be answered again when a judgement was given up, or its process died', async () => {
    const store = await make()
    await store.unit((unit) => claimAnswer(unit, flow, { now: 10 }))
    await store.unit((unit) => releaseAnswer(unit, flow))
    expect(await store.unit((unit) => claimAnswer(unit, flow, { now: 10 }))).toBe(true)
    expect(await store.unit((unit) => claimAnswer(unit, { ...flow, version: 2 }, { now: 10 + 21_000 }))).toBe(true)
    await store.close()
  })

  test('are completed for exactly one caller, and never written after', async () => {
    const store = await make()
    const completed = { ...flow, version: 2, status: 'completed', pending: undefined } as const
    const over = { version: 1, claimed: false, now: 10 }
    const winners = await race(store, async (unit) =>
      (await saveFlow(unit, sealing, completed, over)) ? true : undefined,
    )
    expect(winners).toHaveLength(1)
    expect(await store.unit((unit) => claimAnswer(unit, completed, { now: 10 }))).toBe(false)
    await store.close()
  })

  test('are removed when they have expired', async () => {
    const store = await make()
    await store.unit((unit) => deleteExpiredFlows(unit, 1000, 10))
    expect(await readFlow(store, sealing, id)).toBeDefined()
    await store.unit((unit) => deleteExpiredFlows(unit, 1001, 10))
    expect(await readFlow(store, sealing, id)).toBeUndefined()
    await store.close()
  })
})
