import { timingSafeEqual } from 'node:crypto'
import type { OrganizationId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Place } from './entry.ts'
import type { AuditHeadTable } from './store.ts'

// Seals bind a place of a chain to the key-encryption key: who can only write the database cannot move it.
// One for the end is none for the start: ends have been everywhere.

export const sealEnd = (mac: Kernel['mac'], org: OrganizationId, place: Place): string => seal(mac, org, place, 'head')

export const sealStart = (mac: Kernel['mac'], org: OrganizationId, place: Place): string =>
  seal(mac, org, place, 'start')

/** Whether the end of a chain is where it was written last. */
export function isEndSealed(mac: Kernel['mac'], head: AuditHeadTable): boolean {
  return head.sequence === 0 || isSame(head.seal, sealEnd(mac, head.org_id, head))
}

/** Whether a chain starts where the retention has left it. */
export function isStartSealed(mac: Kernel['mac'], head: AuditHeadTable): boolean {
  const place = startOf(head)
  if (place.sequence === 0) return place.hash === ''
  return isSame(head.start_seal, sealStart(mac, head.org_id, place))
}

/** The place before the first entry that is kept. */
export function startOf(head: AuditHeadTable): Place {
  return { sequence: head.start_sequence, hash: head.start_hash }
}

function seal(mac: Kernel['mac'], org: OrganizationId, { sequence, hash }: Place, role: 'head' | 'start'): string {
  return mac(JSON.stringify([org, sequence, hash]), `audit-${role}`)
}

function isSame(found: string, expected: string): boolean {
  return found.length === expected.length && timingSafeEqual(Buffer.from(found), Buffer.from(expected))
}
