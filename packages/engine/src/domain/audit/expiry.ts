import type { OrganizationId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import { wrongWith } from './entry.ts'
import { isEndSealed, isStartSealed, sealStart, startOf } from './seal.ts'
import { deleteThrough, lockHead, organizationsWithTrail, rowsAfter } from './store.ts'

const day = 86_400_000
/** Entries of one unit, which holds the chain's lock. */
const chunk = 500

type Keeping = Pick<Kernel, 'store' | 'mac' | 'now' | 'log' | 'retention'>

/** Deletes what is older than the retention from the start of every chain, and seals where each starts now. */
export async function expire(kernel: Keeping): Promise<void> {
  const { store, now, log, retention } = kernel
  if (retention.auditDays === undefined) return
  const before = now() - retention.auditDays * day
  for (const org of await organizationsWithTrail(store)) {
    let deleted: number | 'broken'
    do deleted = await expireSome(kernel, org, before)
    while (deleted === chunk)
    if (deleted === 'broken') log('error', 'Audit entries are kept beyond the retention: they do not verify.', { org })
  }
}

/** Deletes the oldest entries up to the first that is to be kept. What does not verify is evidence, and stays. */
function expireSome(
  { store, mac }: Pick<Kernel, 'store' | 'mac'>,
  org: OrganizationId,
  before: number,
): Promise<number | 'broken'> {
  return store.unit(async (unit) => {
    const head = await lockHead(unit, org)
    if (!isEndSealed(mac, head) || !isStartSealed(mac, head)) return 'broken'
    let place = startOf(head)
    const rows = await rowsAfter(unit, org, place.sequence, Math.min(chunk, head.sequence - place.sequence))
    for (const row of rows) {
      if (row.at >= before) break
      if (wrongWith(row, place)) return 'broken'
      place = { sequence: row.sequence, hash: row.hash }
    }
    const deleted = place.sequence - head.start_sequence
    if (deleted === 0) return 0
    const { sequence: start_sequence, hash: start_hash } = place
    await deleteThrough(unit, org, { start_sequence, start_hash, start_seal: sealStart(mac, org, place) })
    return deleted
  })
}
