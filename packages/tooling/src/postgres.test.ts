import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from './postgres.ts'

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

test('two databases of one run share a real server and nothing else', async () => {
  const [one, other] = await Promise.all([createTestDatabase().then(connect), createTestDatabase().then(connect)])
  await one.query('create table person (name text)')
  const tables = "select count(*)::int as n from information_schema.tables where table_name = 'person'"
  expect((await one.query(tables)).rows).toEqual([{ n: 1 }])
  expect((await other.query(tables)).rows).toEqual([{ n: 0 }])
  expect((await one.query('show server_version')).rows[0].server_version).toMatch(/^18\./)
  await Promise.all([one.end(), other.end()])
})
