import type { Log } from '../kernel.ts'

/** The listeners of one process. A listener that throws is logged and does not keep the others from hearing. */
export interface Listeners<T> {
  add(listener: (value: T) => void): () => void
  call(value: T): void
}

export function createListeners<T>(log: Log): Listeners<T> {
  const listeners = new Set<{ listener: (value: T) => void }>()
  return {
    add(listener) {
      const entry = { listener }
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    call(value) {
      for (const { listener } of listeners) {
        try {
          listener(value)
        } catch (error) {
          log('error', 'A listener of the store failed.', { error })
        }
      }
    },
  }
}
