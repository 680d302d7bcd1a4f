import { timingSafeEqual } from 'node:crypto'
import type { OrganizationId } from '@cardea/protocol'
import type { Event } from '../../kernel/events/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { AuditEntryTable } from './entry.ts'
import { chain } from './entry.ts'
import type { AuditHeadTable } from './store.ts'
import { insertEntries, lockHead, writtenAmong } from './store.ts'

/** Rows of one insert: 13 columns each, well below both databases' limit of parameters. */
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
    const written = await writtenAmong(unit, org, ids)
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
    const end = isSealed(mac, head) ? seal(mac, org, sequence, hash) : head.seal
    await insertEntries(unit, { org_id: org, sequence, hash, seal: end }, rows)
  })
}

/** Whether the end of a chain is where it was written last. */
export function isSealed(mac: Kernel['mac'], head: AuditHeadTable): boolean {
  if (head.sequence === 0) return true
  const expected = Buffer.from(seal(mac, head.org_id, head.sequence, head.hash))
  const found = Buffer.from(head.seal)
  return found.length === expected.length && timingSafeEqual(found, expected)
}

/** Binds the end of a chain to the key-encryption key. */
function seal(mac: Kernel['mac'], org: OrganizationId, sequence: number, hash: string): string {
  return mac(JSON.stringify([org, sequence, hash]), 'audit-head')
}
