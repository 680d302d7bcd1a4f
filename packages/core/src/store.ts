/** Something that changes and can be listened to. `get` returns the same object until it changes. */
export interface Store<T> {
  get(): T
  /** Returns what ends the subscription. */
  subscribe(listener: () => void): () => void
}

export interface WritableStore<T> extends Store<T> {
  set(value: T): void
}

/** `onFirst` runs when the first listener comes; what it returns runs when the last one has left. */
export function createStore<T>(initial: T, onFirst?: () => () => void): WritableStore<T> {
  let value = initial
  let stop: (() => void) | undefined
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      const own = () => listener()
      listeners.add(own)
      if (listeners.size === 1) stop = onFirst?.()
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}
