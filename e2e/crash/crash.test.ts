import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createTestDatabase } from '@cardea/tooling/postgres'
import { describe, expect, test } from 'vitest'
import { addressesFrom } from '../deployment/addresses.ts'
import { configuration } from '../deployment/configuration.ts'
import { interopApps } from '../deployment/interop-apps.ts'
import type { Server } from '../deployment/server.ts'
import { startServer } from '../deployment/server.ts'
import { checkAccounts, checkFamily } from './check.ts'
import { createClient } from './client.ts'
import type { AccountEntry, Journal } from './journal.ts'
import { loadUntilKilled } from './load.ts'

const rounds = process.env.CARDEA_LONG ? 200 : 10
const people = 6
/** Each crew rests for longer than an attempt counts that a kill has cut off (20 s): else all of them would have to wait. */
const crews = process.env.CARDEA_LONG ? 15 : 3

const databases = [
  { name: 'SQLite', first: 29_850, open: async () => undefined },
  { name: 'PostgreSQL', first: 29_860, open: createTestDatabase },
]

describe.each(databases)('T-CRA-01 the server is killed under load, on $name', ({ first, open }) => {
  test(`${rounds} times: what it acknowledged is there, and nothing works twice`, {
    timeout: 30_000 + rounds * 12_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cardea-crash-'))
    const database = await open()
    const addresses = addressesFrom(first)
    const start = (): Promise<Server> =>
      startServer({
        port: first,
        folder,
        // Unguessed keys are not needed here: nobody signs assertions.
        configuration: configuration(addresses, { plain: people * crews }, interopApps([{ kty: 'EC', crv: 'P-256' }])),
        outbound: [addresses.calendar, addresses.mail],
        ...(database === undefined ? {} : { database }),
      })
    const client = createClient(addresses.server)
    const made: AccountEntry[] = []
    const seen = { codes: 0, tokens: 0, unanswered: 0 }
    let server = await start()
    try {
      for (let round = 0; round < rounds; round += 1) {
        const journal: Journal = { families: [], accounts: [] }
        // Before the clock runs: a slow machine is not to be killed while it only asks for this.
        const token = await client.administratorToken()
        let killed = false
        const crew = Array.from({ length: people }, (_, who) => (round % crews) * people + who)
        const load = loadUntilKilled(client, journal, { crew, token, prefix: `${round}`, isKilled: () => killed })
        await Promise.race([wait(400 + Math.random() * 500), load])
        killed = true
        await server.kill()
        await load
        server = await start()

        made.push(...journal.accounts)
        const wrong = await checkAccounts(client, made)
        for (const family of journal.families) wrong.push(...(await checkFamily(client, family)))
        expect(wrong, `round ${round}`).toEqual([])
        expect(new Set(journal.families.map(({ code }) => code)).size).toBe(journal.families.length)
        seen.codes += journal.families.length
        seen.tokens += journal.families.flatMap(({ tokens }) => tokens).length
        seen.unanswered += journal.families.filter(
          ({ codeUse, tokens }) => codeUse === 'tried' || tokens.some(({ use }) => use === 'tried'),
        ).length
      }
    } finally {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    }
    expect(made.filter(({ id }) => id !== undefined).length).toBeGreaterThan(rounds)
    expect(seen.codes).toBeGreaterThan(rounds)
    expect(seen.tokens).toBeGreaterThan(rounds)
    // A kill between a request and its answer is what all of this is about.
    expect(seen.unanswered).toBeGreaterThan(0)
  })
})
