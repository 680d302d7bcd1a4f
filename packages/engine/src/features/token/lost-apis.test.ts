import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { authorized, oauthEngine, post, redemption, refresh, signedInTo } from './oauth.fixture.ts'

const orders = 'https://orders.example'
const slow = 'https://slow.example'

describe.each(['sqlite', 'postgres'] as const)('T-REF-04 an API that the app has lost, on %s', (store) => {
  let t: TestEngine
  beforeEach(async () => {
    t = await oauthEngine({ store })
  })
  afterEach(() => t.close())

  const use = async (token: string, more: Record<string, string> = {}) => {
    const { status, body } = await post(t, '/oauth2/token', 'third', { ...refresh(token), ...more })
    return { status, error: body.error, scope: body.scope, next: String(body.refresh_token), aud: audience(body) }
  }
  const audience = ({ access_token: token }: Record<string, unknown>) =>
    token === undefined ? undefined : decodeJwt(String(token)).aud
  const change = async (scopes: readonly string[]) => {
    const client = await t.engine.clients.find('third')
    if (!client) throw new Error('no third')
    await t.engine.store.unit((unit) => t.engine.clients.update(unit, client.org, client.id, { scopes }))
  }
  const remove = async (identifier: string) => {
    const api = await t.engine.resources.find(identifier)
    const org = (await t.engine.organizations.root()).id
    await t.engine.store.unit((unit) => t.engine.resources.remove(unit, org, api?.id ?? 'api_'))
  }
  const scope = ['openid', 'orders:read', 'offline_access']

  test('is in no token of an old grant any more, also when the app does not name it (RFC 8707 §2.2)', async () => {
    const { tokens } = await signedInTo(t, 'third', { scope, resource: [orders, slow] })
    expect(audience(tokens)).toEqual([orders, slow, t.publicUrl])
    await change(['openid', 'offline_access'])
    const second = await use(tokens.refresh_token)
    expect(second).toMatchObject({ scope: 'openid offline_access', aud: [slow, t.publicUrl] })
    await remove(slow)
    expect(await use(second.next)).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  test.each<[string, () => Promise<void>]>([
    ['by its scopes', () => change(['openid', 'offline_access'])],
    ['by its end', () => remove(orders)],
  ])('%s: a grant for it alone gives nothing, and the token is not used up by that', async (_, lose) => {
    const { tokens } = await signedInTo(t, 'third', { scope, resource: [orders] })
    await lose()
    for (const more of [{}, { scope: 'openid' }, { resource: orders }]) {
      expect(await use(tokens.refresh_token, more)).toMatchObject({ status: 400, error: 'invalid_target' })
    }
    const root = await t.engine.organizations.root()
    await change(scope)
    if (!(await t.engine.resources.find(orders))) {
      const scopes = [{ name: 'orders:read', description: 'See orders' }]
      const api = { org: root.id, identifier: orders, name: 'Orders', scopes, accessTokenLifetime: undefined }
      await t.engine.store.unit((unit) => t.engine.resources.create(unit, api))
    }
    expect(await use(tokens.refresh_token)).toMatchObject({ status: 200, aud: [orders, t.publicUrl] })
  })

  test('gives no token for a code of before either', async () => {
    const { code } = await authorized(t, 'third', { scope, resource: [orders] })
    await change(['openid', 'offline_access'])
    const { body } = await post(t, '/oauth2/token', 'third', redemption(code))
    expect(body).toMatchObject({ error: 'invalid_target' })
  })

  test('costs nothing where none is: one statement a refresh', async () => {
    for (const resource of [[], [orders]]) {
      let { refresh_token: token } = (await signedInTo(t, 'third', { scope, resource })).tokens
      const costs: number[] = []
      for (let round = 0; round < 4; round++) {
        const before = t.engine.store.counts().statements
        token = (await use(token, resource[0] === undefined ? {} : { resource: resource[0] })).next
        costs.push(t.engine.store.counts().statements - before)
      }
      // Background work may add to a round.
      expect(Math.min(...costs), JSON.stringify(costs)).toBe(1)
    }
  })
})
