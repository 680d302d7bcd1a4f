import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { PostgresOptions, PostgresServer } from './postgres-server.ts'
import { startPostgres } from './postgres-server.ts'

export type { PostgresOptions, PostgresServer } from './postgres-server.ts'
export { startPostgres } from './postgres-server.ts'

const broker = 'CARDEA_TEST_POSTGRES'

/**
 * Lets every process of a test run share one PostgreSQL, started when the first test asks for a database.
 * Called once by the runner (Vitest's or Playwright's global set-up); answers the tear-down.
 */
export const offerTestDatabases = async (options: PostgresOptions = {}): Promise<() => Promise<void>> => {
  let server: Promise<PostgresServer> | undefined
  const path = `/${randomBytes(16).toString('hex')}`
  const http = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== path) {
      response.writeHead(404).end()
      return
    }
    server ??= startPostgres(options)
    server
      .then((running) => running.createDatabase())
      .then((url) => response.end(url))
      .catch((reason: unknown) => response.writeHead(500).end(String(reason)))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the test databases')
  process.env[broker] = `http://127.0.0.1:${address.port}${path}`
  return async () => {
    delete process.env[broker]
    http.close()
    await (await server?.catch(() => undefined))?.stop()
  }
}

/** The URL of a new empty database on a real PostgreSQL. Rejects with the server's reason when it cannot start. */
export const createTestDatabase = async (): Promise<string> => {
  const address = process.env[broker]
  if (!address)
    throw new Error('no PostgreSQL is offered: the runner has to call offerTestDatabases() in its global set-up')
  const response = await fetch(address, { method: 'POST' })
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}
