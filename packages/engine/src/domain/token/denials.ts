import type { OrganizationId } from '@cardea/protocol'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import { insertDenial, listDenials } from './store.ts'

const topic = 'token_denial'
/** How old the copy may get when a signal was lost (design §4: everything of ours sees a revocation within 5 s). */
const maxAge = 5_000
/** Rows are asked for again this long after their time: a unit may commit later than it says. */
const overlap = 60_000

/** What was revoked before it expired: tokens by `jti` and grants by id, kept in memory by every process. */
export interface Denials {
  /** Whether one of these ids is denied. Reads the database only when something has changed. */
  readonly has: (...ids: (string | undefined)[]) => Promise<boolean>
  /** Denies a token or grant until nothing that carries its id can be valid; milliseconds since the epoch. */
  readonly add: (unit: Unit, org: OrganizationId, id: string, until: number) => Promise<void>
}

export function createDenials({ store, now }: Pick<Kernel, 'store' | 'now'>): Denials {
  const denied = new Map<string, number>()
  let stale = true
  let complete = false
  let loadedAt = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | undefined
  store.onSignal((changed) => {
    if (changed === topic || changed === '*') stale = true
    if (changed === '*') complete = false
  })

  const load = async () => {
    const at = now()
    const since = complete ? loadedAt - overlap : 0
    stale = false
    complete = true
    try {
      for (const { id, until } of await listDenials(store, since, at)) denied.set(id, until)
    } catch (error) {
      stale = true
      complete = false
      throw error
    }
    for (const [id, until] of denied) if (until < at) denied.delete(id)
    loadedAt = at
  }
  const fresh = async () => {
    // Of two reads one began after this call: it has seen every revocation that was committed before.
    for (let round = 0; round < 2 && (loading !== undefined || stale || now() - loadedAt >= maxAge); round++) {
      loading ??= load().finally(() => {
        loading = undefined
      })
      await loading
    }
  }

  return {
    has: async (...ids) => {
      await fresh()
      return ids.some((id) => id !== undefined && denied.has(id))
    },
    add: async (unit, org, id, until) => {
      await insertDenial(unit, { org_id: org, id, denied_at: now(), until })
      unit.signal(topic)
    },
  }
}
