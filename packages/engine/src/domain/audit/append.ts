import type { OrganizationId } from '@cardea/protocol'
import type { Event } from '../../kernel/events/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AuditEntryTable } from './entry.ts'
import { chain } from './entry.ts'
import { isEndSealed, sealEnd } from './seal.ts'
import { insertEntries, lockHead, writtenAmong } from './store.ts'

/** Entries of one unit: their ids are parameters of one statement. */
const chunk = 500

/** Continues each organization's chain; an event that is in it already is left out. */
export async function append(kernel: Pick<Kernel, 'store' | 'mac'>, events: readonly Event[]): Promise<void> {
  for (const [org, own] of Map.groupBy(events, (event) => event.org)) {
    for (let start = 0; start < own.length; start += chunk) await extend(kernel, org, own.slice(start, start + chunk))
  }
}

async function extend(
  { store, mac }: Pick<Kernel, 'store' | 'mac'>,
  org: OrganizationId,
  events: readonly Event[],
): Promise<void> {
  await store.unit(async (unit) => {
    const head = await lockHead(unit, org)
    const ids = events.map((event) => event.id)
    const written = await writtenAmong(unit, ids)
    const rows: AuditEntryTable[] = []
    let { sequence, hash } = head
    for (const event of events) {
      if (written.has(event.id)) continue
      sequence += 1
      const row = chain(event, sequence, hash)
      hash = row.hash
      rows.push(row)
    }
    if (rows.length === 0) return
    // An end that somebody without the key has moved stays unsealed: the next entry must not make it good.
    const end = isEndSealed(mac, head) ? sealEnd(mac, org, { sequence, hash }) : head.seal
    await insertEntries(unit, org, { sequence, hash, seal: end }, rows)
  })
}
