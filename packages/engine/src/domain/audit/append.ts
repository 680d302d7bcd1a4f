import type { Event } from '../../kernel/events/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { AuditEntryTable } from './entry.ts'
import { chain } from './entry.ts'
import { isEndSealed, sealEnd } from './seal.ts'
import { insertEntries, lockHead, writtenAmong } from './store.ts'

/** Entries of one unit: who writes more at once lets others in between. */
const chunk = 500

/** Continues each organization's chain; an event that is in it already is left out. */
export async function append(kernel: Pick<Kernel, 'store' | 'mac'>, events: readonly Event[]): Promise<void> {
  for (let start = 0; start < events.length; start += chunk)
    await kernel.store.unit((unit) => appendIn(kernel, unit, events.slice(start, start + chunk), true))
}

/** The same in a unit that is running. `tried` when one of them may be in its chain already, which is left out. */
export async function appendIn(
  { mac }: Pick<Kernel, 'mac'>,
  unit: Unit,
  events: readonly Event[],
  tried: boolean,
): Promise<void> {
  // In an order that every process has: each chain is locked until the unit is over.
  const chains = [...Map.groupBy(events, (event) => event.org)].sort(([one], [other]) => (one < other ? -1 : 1))
  for (const [org, own] of chains) {
    const head = await lockHead(unit, org)
    const written = tried ? await writtenAmong(unit, idsOf(own)) : undefined
    const rows: AuditEntryTable[] = []
    let { sequence, hash } = head
    for (const event of own) {
      if (written?.has(event.id)) continue
      sequence += 1
      const row = chain(event, sequence, hash)
      hash = row.hash
      rows.push(row)
    }
    if (rows.length === 0) continue
    // An end that somebody without the key has moved stays unsealed: the next entry must not make it good.
    const end = isEndSealed(mac, head) ? sealEnd(mac, org, { sequence, hash }) : head.seal
    await insertEntries(unit, org, { sequence, hash, seal: end }, rows)
  }
}

const idsOf = (events: readonly Event[]) => events.map((event) => event.id)
