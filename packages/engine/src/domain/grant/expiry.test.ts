import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { grantNoun } from './index.ts'

const secret = 'a-secret-of-the-test-app-0001'
const callback = 'https://mail.example/cb'
const verifier = 'a-verifier-that-is-long-enough-for-rfc-7636-x'
const hour = 3_600_000

const config = {
  organizations: [{ handle: 'demo', name: 'Northwind' }],
  accounts: [{ username: 'ann', password: 'a good password' }],
  apps: [
    {
      clientId: 'mail',
      name: 'Mail',
      secret,
      redirectUris: [callback],
      grantTypes: ['authorization_code' as const, 'refresh_token' as const],
      scopes: ['openid', 'offline_access'],
      firstParty: true,
    },
  ],
}

describe.each(['sqlite', 'postgres'] as const)('grants on %s', (store) => {
  let cardea: TestEngine | undefined
  afterEach(() => cardea?.close())

  /** A browser that is signed in, and an app it goes to. */
  async function open() {
    cardea = await testEngine({ config, store, standing: true })
    const { engine, fetch, clock } = cardea
    const root = await engine.organizations.root()
    const ann = await engine.accounts.findByIdentifier(root.id, 'ann')
    if (!ann) throw new Error('there is no ann')
    const { secret: value } = await engine.store.unit((unit) =>
      engine.sessions.create(unit, {
        org: root.id,
        account: ann.id,
        startedBy: 'mail',
        // Before the first code, or it would count as proven for it.
        factors: [{ authenticator: 'password', amr: ['pwd'], at: engine.now() - 1000 }],
        userAgent: undefined,
        address: undefined,
      }),
    )
    const cookie = engine.sessions.cookie.set(value).split(';', 1)[0] ?? ''
    const query = new URLSearchParams({
      client_id: 'mail',
      response_type: 'code',
      redirect_uri: callback,
      scope: 'openid offline_access',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const ask = async (form: Record<string, string>) => {
      const headers = { authorization: `Basic ${btoa(`mail:${secret}`)}` }
      const answer = await fetch('/oauth2/token', { method: 'POST', headers, body: new URLSearchParams(form) })
      return JSON.parse(await answer.text())
    }
    return {
      clock,
      code: async () => {
        const { headers } = await fetch(`/oauth2/authorize?${query}`, { headers: { cookie } })
        return new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''
      },
      redeem: (code: string) =>
        ask({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }),
      refresh: (token: string) => ask({ grant_type: 'refresh_token', refresh_token: token }),
      tidy: async () => {
        for (const job of grantNoun.jobs ?? []) await job.run(engine)
      },
      left: async () => (await engine.store.in(root.id).selectFrom('access_grant').select('id').execute()).length,
      trail: async () => {
        const { items } = await engine.audit.list(root.id, { limit: 100, type: 'grant.created' })
        return items.length
      },
    }
  }

  test('T-DOS-01 a code that nobody redeemed leaves nothing but its line in the audit trail', async () => {
    const { clock, code, redeem, refresh, tidy, left, trail } = await open()
    const unused = await code()
    const { refresh_token: token } = await redeem(await code())
    const young = await code()
    for (let more = 0; more < 20; more += 1) await code()
    expect(await left()).toBe(23)
    clock.advance(59_999)
    await tidy()
    expect(await left()).toBe(23)
    expect(await redeem(young)).toMatchObject({ refresh_token: expect.any(String) })
    clock.advance(hour)
    await tidy()
    expect(await left()).toBe(2)
    expect(await redeem(unused)).toMatchObject({ error: 'invalid_grant' })
    // What was redeemed goes on.
    const next = await refresh(token)
    expect(next).toMatchObject({ refresh_token: expect.any(String) })
    clock.advance(20 * hour)
    await tidy()
    expect(await refresh(next.refresh_token)).toMatchObject({ refresh_token: expect.any(String) })
    await expect.poll(trail, { timeout: 10_000 }).toBe(23)
  })
})
