import type { Store } from './store/index.ts'

/** How long a value may be believed when the signal that it changed got lost (design §5). */
const maxAge = 5_000

export interface Cache<K, V> {
  /** The value as `load` gives it, at most 5 s old. What does not exist is asked for again every time. */
  readonly get: (key: K) => Promise<V | undefined>
}

export interface CacheOptions<K, V> {
  readonly store: Store
  /** The signal that makes everything in here stale. */
  readonly topic: string
  /** Which single entry another signal makes stale: what changes often must not empty the cache. */
  readonly keyOf?: (topic: string) => K | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly load: (key: K) => Promise<V | undefined>
  /** Entries kept; 10,000 unless told. */
  readonly size?: number
}

/** Reads configuration through memory; a change signal of any process empties it. */
export function createCache<K, V>({ store, topic, keyOf, now, load, size = 10_000 }: CacheOptions<K, V>): Cache<K, V> {
  const entries = new Map<K, { readonly value: Promise<V | undefined>; readonly at: number }>()
  store.onSignal((changed) => {
    const key = keyOf?.(changed)
    if (key !== undefined) entries.delete(key)
    else if (changed === topic || changed === '*') entries.clear()
  })
  return {
    get(key) {
      const known = entries.get(key)
      const at = now()
      if (known && at - known.at < maxAge) return known.value
      if (entries.size >= size) entries.clear()
      const entry = { at, value: load(key) }
      entries.set(key, entry)
      // A load that began before a change is not kept: the signal has removed its entry.
      const forget = () => {
        if (entries.get(key) === entry) entries.delete(key)
      }
      entry.value.then((value) => value === undefined && forget(), forget)
      return entry.value
    },
  }
}
