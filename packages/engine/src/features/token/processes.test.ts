import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { eventually, oauthEngine, post, refresh, signedInTo } from './oauth.fixture.ts'

let here: TestEngine
let there: TestEngine
beforeAll(async () => {
  here = await oauthEngine({ store: 'postgres' })
  there = await oauthEngine({ beside: here })
})
afterAll(async () => {
  await there.close()
  await here.close()
})

const person = async (username: string) => {
  const root = await here.engine.organizations.root()
  const account = await here.engine.accounts.findByIdentifier(root.id, username)
  if (!account) throw new Error(`nobody is called ${username}`)
  return account
}

test('a name that was changed by one process is in the next token of another', async () => {
  const { tokens } = await signedInTo(there, 'web')
  const { org, id } = await person('alex')
  await here.engine.store.unit((unit) => here.engine.accounts.update(unit, org, id, { name: 'Alex Moreno' }))
  let token = tokens.refresh_token
  const named = async () => {
    const { body } = await post(there, '/oauth2/token', 'web', refresh(token))
    token = String(body.refresh_token)
    return decodeJwt(String(body.id_token)).name === 'Alex Moreno'
  }
  expect(await eventually(named)).toBe(true)
})

test('an account that was disabled by one process gets nothing more from another, from that moment on', async () => {
  const { tokens } = await signedInTo(there, 'web', { username: 'bo' })
  const { org, id } = await person('bo')
  await here.engine.store.unit((unit) => here.engine.accounts.update(unit, org, id, { status: 'disabled' }))
  const { status, body } = await post(there, '/oauth2/token', 'web', refresh(tokens.refresh_token))
  expect([status, body.error]).toEqual([400, 'invalid_grant'])
  const events = await here.engine.store.in(org).selectFrom('event').select('type').execute()
  expect(events.map(({ type }) => type)).not.toContain('grant.reuse_detected')
})
