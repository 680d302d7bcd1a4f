import type { OrganizationId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import { isSealed } from './append.ts'
import { hashOf } from './entry.ts'
import type { Verification } from './index.ts'
import { findHead, rowsAfter } from './store.ts'

const batch = 1000

/** Walks the chain from its first entry to its sealed end. */
export async function verifyChain(
  { store, mac }: Pick<Kernel, 'store' | 'mac'>,
  org: OrganizationId,
): Promise<Verification> {
  const head = await findHead(store, org)
  const end = head?.sequence ?? 0
  let sequence = 0
  let hash = ''
  const broken = (reason: Exclude<Verification, { valid: true }>['reason'], brokenAt = sequence + 1): Verification => ({
    valid: false,
    entries: sequence,
    brokenAt,
    reason,
  })
  // Entries written meanwhile lie behind `end`; they are the next verification's.
  while (sequence < end) {
    const rows = await rowsAfter(store, org, sequence, Math.min(batch, end - sequence))
    if (rows.length === 0) return broken('truncated')
    for (const row of rows) {
      if (row.sequence !== sequence + 1) return broken('missing')
      if (row.previous !== hash) return broken('reordered')
      if (row.hash !== hashOf(row)) return broken('changed')
      sequence = row.sequence
      hash = row.hash
    }
  }
  if (head && (head.hash !== hash || !isSealed(mac, head))) return broken('changed', sequence)
  const [beyond] = await rowsAfter(store, org, end, 1)
  // Whoever has written it has moved the end in the same unit.
  if (beyond && ((await findHead(store, org))?.sequence ?? 0) < beyond.sequence) return broken('changed')
  return { valid: true, entries: sequence }
}
