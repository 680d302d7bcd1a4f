import { setImmediate } from 'node:timers/promises'
import type { OrganizationId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import { wrongWith } from './entry.ts'
import type { Audit, Verification } from './index.ts'
import { isEndSealed, isStartSealed, startOf } from './seal.ts'
import type { AuditHeadTable } from './store.ts'
import { findHead, rowsAfter } from './store.ts'

/** Entries that are read and hashed before others get their turn. */
const batch = 250

/** Verifies one chain at a time once: who asks while it is being done gets what is found then. */
export function createVerification(kernel: Pick<Kernel, 'store' | 'mac'>): Audit['verify'] {
  const running = new Map<OrganizationId, Promise<Verification>>()
  return (org) => {
    const verification = running.get(org) ?? verifyChain(kernel, org).finally(() => running.delete(org))
    running.set(org, verification)
    return verification
  }
}

/** Walks the chain from its sealed start to its sealed end. */
async function verifyChain(kernel: Pick<Kernel, 'store' | 'mac'>, org: OrganizationId): Promise<Verification> {
  const head = await findHead(kernel.store, org)
  if (!head) return { valid: true, entries: 0 }
  const found = await walk(kernel, org, head)
  if (found.valid) return found
  // What the retention has deleted meanwhile is no gap: the start has moved with it.
  const now = await findHead(kernel.store, org)
  return now && now.start_sequence > head.start_sequence ? verifyChain(kernel, org) : found
}

async function walk(
  { store, mac }: Pick<Kernel, 'store' | 'mac'>,
  org: OrganizationId,
  head: AuditHeadTable,
): Promise<Verification> {
  const start = startOf(head)
  const end = head.sequence
  let place = start
  const counted = () => ({ entries: place.sequence - start.sequence })
  const broken = (
    reason: Exclude<Verification, { valid: true }>['reason'],
    brokenAt = place.sequence + 1,
  ): Verification => ({ valid: false, ...counted(), brokenAt, reason })
  if (!isStartSealed(mac, head)) return broken('truncated')
  // Entries written meanwhile lie behind `end`; they are the next verification's.
  while (place.sequence < end) {
    const rows = await rowsAfter(store, org, place.sequence, Math.min(batch, end - place.sequence))
    if (rows.length === 0) return broken('truncated')
    for (const row of rows) {
      const wrong = wrongWith(row, place)
      if (wrong) return broken(wrong)
      place = { sequence: row.sequence, hash: row.hash }
    }
    // SQLite answers at once: without a pause the walk would be one piece, and hold up the whole process.
    await setImmediate()
  }
  if (head.hash !== place.hash || !isEndSealed(mac, head)) return broken('changed', place.sequence)
  const [beyond] = await rowsAfter(store, org, end, 1)
  // Whoever has written it has moved the end in the same unit.
  if (beyond && ((await findHead(store, org))?.sequence ?? 0) < beyond.sequence) return broken('changed')
  return { valid: true, ...counted(), ...(start.sequence > 0 ? { removed: start.sequence } : {}) }
}
