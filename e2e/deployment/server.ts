import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CardeaConfig } from '@cardea/protocol'
import type { Running } from './process.ts'
import { startProcess } from './process.ts'

/** The built server: what `npm start` and an operator run. */
const built = join(import.meta.dirname, '../../apps/server/.output/server/index.mjs')

export interface ServerOptions {
  readonly port: number
  readonly configuration: CardeaConfig
  /** `postgres://…`; the embedded database in `folder` when absent. */
  readonly database?: string
  /** Where data stays; a temporary folder, removed at the end, when absent. */
  readonly folder?: string
  /** Origins on loopback that the server may call, for back-channel logout. */
  readonly outbound: readonly string[]
  readonly environment?: Record<string, string>
}

export interface Server extends Running {
  readonly origin: string
}

/** Starts the built server on its own data and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { port, configuration, database, outbound } = options
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'cardea-e2e-'))
  const file = join(folder, 'cardea.config.json')
  writeFileSync(file, JSON.stringify(configuration))
  const origin = `http://localhost:${port}`
  const running = await startProcess(built, `${origin}/readyz`, {
    PORT: String(port),
    HOST: '127.0.0.1',
    CARDEA_PUBLIC_URL: origin,
    CARDEA_DATA: folder,
    CARDEA_CONFIG: file,
    CARDEA_LOG: 'warn',
    // Adds the inbox.
    CARDEA_DEV: '1',
    CARDEA_OUTBOUND_ALLOW: outbound.join(','),
    // The key cannot lie beside a database that is not here.
    ...(database ? { DATABASE_URL: database, CARDEA_KEY: Buffer.alloc(32, 7).toString('base64url') } : {}),
    ...options.environment,
  })
  return {
    ...running,
    origin,
    stop: async () => {
      const status = await running.stop()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
      return status
    },
  }
}
