import { spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import type { CrashTables } from './crash.fixture.ts'
import { openCrashStore } from './crash.fixture.ts'
import { testStores } from './testing.ts'

const rounds = process.env.CARDEA_LONG ? 50 : 5
const org = 'org_a'
const writer = fileURLToPath(new URL('./crash.fixture.ts', import.meta.url))

/** Lets a process write, kills it (SIGKILL) at some moment under load, and gives the lines it had said. */
async function killUnderLoad(url: string, name: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--conditions=cardea-source', writer, url, name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let complained = ''
  const first = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    first.resolve()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complained += text
  })
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)))
  await Promise.race([first.promise, ended])
  await pause(Math.random() * 200)
  child.kill('SIGKILL')
  expect(await ended, complained).toBe('SIGKILL')
  // A line that was cut off was not said.
  return said.slice(0, said.lastIndexOf('\n')).split('\n')
}

describe.each(testStores())('T-CRA-01 a process killed under load, on $name', ({ create }) => {
  const close: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const one of close.splice(0)) await one()
  })

  test(`leaves every acknowledged unit, whole, and no ticket is taken twice (${rounds} rounds)`, {
    timeout: 60_000 + rounds * 10_000,
  }, async () => {
    const { url, remove } = await create()
    close.push(remove)
    const set = await openCrashStore(url)
    await set.unit((unit) =>
      unit
        .in(org)
        .$extendTables<CrashTables>()
        .insertInto('ticket')
        .values(Array.from({ length: 5000 }, (_, id) => ({ org_id: org, id, taken: 0 })))
        .execute(),
    )
    await set.close()

    const wrote = new Set<string>()
    const took: string[] = []
    for (let round = 1; round <= rounds; round++) {
      // Two at once: the second one waits for the first one's lock, or row, when it dies.
      const said = await Promise.all(['a', 'b'].map((name) => killUnderLoad(url, `${round}${name}`)))
      for (const line of said.flat()) {
        const [what, id = ''] = line.split(' ')
        if (what === 'wrote') wrote.add(id)
        if (what === 'took') took.push(id)
      }
      const store = await openCrashStore(url)
      const rows = await store.in(org).$extendTables<CrashTables>().selectFrom('half').select(['id', 'side']).execute()
      const left = new Set(rows.filter((row) => row.side === 'left').map((row) => row.id))
      const right = new Set(rows.filter((row) => row.side === 'right').map((row) => row.id))
      const events = await store.in(org).selectFrom('event').select('target').execute()
      const deliveries = await store.in(org).selectFrom('delivery').select('event_id').execute()
      const taken = await store
        .in(org)
        .$extendTables<CrashTables>()
        .selectFrom('ticket')
        .select('id')
        .where('taken', '=', 1)
        .execute()
      await store.close()

      expect(wrote.difference(left)).toEqual(new Set())
      expect(right).toEqual(left)
      expect(events.map((event) => event.target).sort()).toEqual([...left].sort())
      expect(deliveries).toHaveLength(events.length)
      expect(new Set(took).difference(new Set(taken.map((row) => String(row.id))))).toEqual(new Set())
      expect(new Set(took).size).toBe(took.length)
    }
    expect(wrote.size).toBeGreaterThan(rounds)
    expect(took.length).toBeGreaterThan(rounds)
  })
})
