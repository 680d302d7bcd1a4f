import type { Limit } from './limits.ts'
import { measureLimit } from './limits.ts'
import type { Unit } from './load.ts'
import { connect, saturate } from './load.ts'
import type { Running } from './processes.ts'

/** How much of what bare work alone allows is left when a server does that work; 1 is all of it. */
export interface Share {
  readonly byRate: number
  readonly byCost: number
}

const rounds = 5
const callers = 32

/**
 * The share of the hash that each server reaches, as the median of rounds. The hash is measured before and after
 * every server, in windows of seconds: memory gets slower and faster under it, by half within minutes on a shared machine.
 */
export async function measureShares(
  servers: Readonly<Record<string, { readonly server: Running; readonly unit: Unit }>>,
  seconds: number,
): Promise<{ readonly hash: Limit; readonly shares: ReadonlyMap<string, Share> }> {
  const found = new Map<string, Share[]>(Object.keys(servers).map((name) => [name, []]))
  const hashes: Limit[] = [await measureLimit('hash', 2)]
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { server, unit }] of Object.entries(servers)) {
      const { send, close } = connect(server, callers)
      // Caches of the processor, and connections, as they are after a while.
      await saturate(() => unit(send), round === 0 ? Math.max(4, seconds) : 1, callers)
      const before = server.processorTime()
      const { rate, units } = await saturate(() => unit(send), seconds, callers)
      const cost = ((server.processorTime() - before) * 1000) / units
      await close()
      const [earlier, later] = [hashes[hashes.length - 1], await measureLimit('hash', 2)]
      hashes.push(later)
      const hash = mean([earlier ?? later, later])
      found.get(name)?.push({ byRate: rate / hash.rate, byCost: hash.cost / cost })
    }
  }
  const shares = [...found].map(([name, all]): [string, Share] => [
    name,
    { byRate: median(all.map((share) => share.byRate)), byCost: median(all.map((share) => share.byCost)) },
  ])
  return { hash: mean(hashes), shares: new Map(shares) }
}

function mean(limits: readonly Limit[]): Limit {
  const sum = (pick: (limit: Limit) => number) => limits.reduce((total, limit) => total + pick(limit), 0)
  return { rate: sum((limit) => limit.rate) / limits.length, cost: sum((limit) => limit.cost) / limits.length }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
