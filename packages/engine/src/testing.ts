import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CardeaConfig } from '@cardea/protocol'
import { createTestDatabase } from '@cardea/tooling/postgres'
import type { Engine } from './domain/engine.ts'
import type { Connection } from './kernel/http/index.ts'
import type { Mail } from './kernel/kernel.ts'
import { createEngine } from './presets/create-engine.ts'
import type { EngineOptions } from './presets/options.ts'

export interface TestEngineOptions
  extends Partial<Omit<EngineOptions, 'configuration' | 'database' | 'sendMail' | 'now'>> {
  readonly config?: CardeaConfig
  readonly store?: 'sqlite' | 'postgres'
  /** Time passes by `clock.advance` only, for what a slow machine must not change. */
  readonly standing?: boolean
  /** Another process on the database (and by the clock) of this one, which is closed last. */
  readonly beside?: TestEngine
}

/** A whole engine on a real, empty database, with a clock that tests move and the mails it sent. */
export interface TestEngine {
  readonly engine: Engine
  readonly database: string
  readonly publicUrl: string
  /** A path (below `publicUrl`) or a request; redirects are not followed. */
  readonly fetch: (target: string | Request, init?: RequestInit & Connection) => Promise<Response>
  readonly clock: { now: () => number; advance: (milliseconds: number) => void }
  readonly inbox: Mail[]
  readonly describe: () => ReturnType<Awaited<ReturnType<typeof createEngine>>['describe']>
  readonly close: () => Promise<void>
}

/** Makes one; close it in `afterAll` / `afterEach`. `http://localhost:3000` unless `publicUrl` is given. */
export async function testEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const { config, store = 'sqlite', standing = false, beside, ...rest } = options
  const folder = store === 'sqlite' && !beside ? mkdtempSync(join(tmpdir(), 'cardea-')) : undefined
  const database = beside?.database ?? (folder ? join(folder, 'cardea.sqlite') : await createTestDatabase())
  let time = Date.UTC(2026, 10, 25, 9)
  const started = performance.now()
  // Advances with real time, so that lifetimes stay true, plus what a test adds.
  const passed = () => (standing ? 0 : performance.now() - started)
  const now = beside?.clock.now ?? (() => Math.floor(time + passed()))
  const inbox: Mail[] = []
  const publicUrl = options.publicUrl ?? 'http://localhost:3000'
  const cardea = await createEngine({
    publicUrl,
    database,
    key: new Uint8Array(32).fill(7),
    now,
    log: (level, message, fields) => {
      if (level === 'error') process.stderr.write(`${message} ${String(fields?.error ?? '')}\n`)
    },
    sendMail: async (mail) => {
      inbox.push(mail)
    },
    ...(config ? { configuration: config } : {}),
    ...rest,
  })
  return {
    engine: cardea.engine,
    database,
    publicUrl,
    inbox,
    describe: cardea.describe,
    clock: {
      now,
      advance: (milliseconds) => {
        time += milliseconds
      },
    },
    fetch: (target, init = {}) => {
      const { address = '198.51.100.7', forwarded = false, ...request } = init
      const given =
        target instanceof Request ? target : new Request(new URL(target, publicUrl), { redirect: 'manual', ...request })
      return cardea.fetch(given, { address, forwarded })
    },
    close: async () => {
      await cardea.close()
      if (folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}
