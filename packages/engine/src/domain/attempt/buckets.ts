import type { ApiRate } from '../../kernel/kernel.ts'

/** Callers that are remembered; whoever has not called for longest is forgotten first, and starts anew. */
const most = 20_000

/** Token buckets in the memory of this process: a read must not cost a write. Says how many seconds to wait, 0 for none. */
export function createBuckets(now: () => number): (key: string, rate: ApiRate) => number {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>()

  return (key, { burst, perSecond }) => {
    const at = now()
    const { left: before, at: since } = buckets.get(key) ?? { left: burst, at }
    // A clock that is put back gives nothing and takes nothing.
    const left = Math.min(burst, before + (Math.max(0, at - since) / 1000) * perSecond)
    const allowed = left >= 1
    buckets.delete(key)
    buckets.set(key, { left: allowed ? left - 1 : left, at })
    const [oldest] = buckets.keys()
    if (buckets.size > most && oldest !== undefined) buckets.delete(oldest)
    return allowed ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond))
  }
}
