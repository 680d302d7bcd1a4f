import type { Kernel } from '../../kernel/kernel.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'
import { idleLifetime } from './lifetime.ts'
import { deleteOldTickets, deleteSession, endedByTime } from './store.ts'

/** Removes what has timed out. Apps are not told (`session.expired`, not `session.ended`): theirs may go on. */
export async function removeOverdue({ store, now }: Pick<Kernel, 'store' | 'now'>): Promise<void> {
  const at = now()
  for (;;) {
    const over = await endedByTime(store, at, at - idleLifetime)
    // All that are due, a portion at a time: more may time out between two runs than one portion has.
    if (over.length === 0) break
    for (const { org_id: org, id } of over) {
      await store.unit(async (unit) => {
        const gone = await deleteSession(unit, org, id)
        if (!gone) return
        const data = { account: gone.account }
        await unit.emit({ type: 'session.expired', org, actor: { type: 'system' }, target: id, session: id, data })
      })
    }
  }
  await deleteInPortions(store, (unit, limit) => deleteOldTickets(unit, at, limit))
}
