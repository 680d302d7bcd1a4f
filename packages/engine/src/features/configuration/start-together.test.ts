import { createTestDatabase } from '@cardea/tooling/postgres'
import pg from 'pg'
import { expect, test } from 'vitest'
import { createEngine } from '../../presets/create-engine.ts'
import type { EngineOptions } from '../../presets/options.ts'
import { oauthConfig } from '../token/oauth.fixture.ts'

const optionsOf = (database: string): EngineOptions => ({
  publicUrl: 'http://localhost:3000',
  database,
  key: new Uint8Array(32).fill(7),
  log: () => {},
  sendMail: async () => {},
})

/** Starts several processes at the same moment; the reasons of those that did not start. */
async function startTogether(options: EngineOptions): Promise<string[]> {
  const started = await Promise.allSettled(Array.from({ length: 3 }, () => createEngine(options)))
  for (const one of started) if (one.status === 'fulfilled') await one.value.close()
  return started.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
}

test('processes that start together on an empty database all start', async () => {
  for (let round = 0; round < 3; round++) {
    const configuration = {
      ...oauthConfig,
      organizations: [
        { handle: 'demo', name: 'Northwind' },
        { handle: 'acme', name: 'Acme', parent: 'demo' },
      ],
    }
    expect(await startTogether({ ...optionsOf(await createTestDatabase()), configuration })).toEqual([])
  }
})

test('and so they do when what they declare has become more: an API, an app, a password of an account that had none', async () => {
  for (let round = 0; round < 3; round++) {
    const options = optionsOf(await createTestDatabase())
    const before = { apps: [], accounts: [{ username: 'alex', email: 'alex@demo.test' }] }
    await (await createEngine({ ...options, configuration: before })).close()
    const configuration = {
      apis: [{ identifier: 'https://orders.example', scopes: [] }],
      apps: [{ clientId: 'shop', name: 'Shop', redirectUris: ['https://shop.example/cb'] }],
      accounts: [{ username: 'alex', email: 'alex@demo.test', password: 'demo-alex-2026' }],
    }
    expect(await startTogether({ ...options, configuration })).toEqual([])
  }
})

test('what is taken by somebody else is still told, and a start that fails leaves no connection behind', async () => {
  const database = await createTestDatabase()
  const accounts = [
    { username: 'alex', email: 'alex@demo.test' },
    { username: 'bo', email: 'ALEX@demo.test' },
  ]
  await expect(createEngine({ ...optionsOf(database), configuration: { accounts } })).rejects.toThrow(
    /^accounts\[1\]\./,
  )
  const observer = new pg.Client(database)
  await observer.connect()
  const { rows } = await observer.query(
    'select count(*)::int as others from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await observer.end()
  expect(rows).toEqual([{ others: 0 }])
})
