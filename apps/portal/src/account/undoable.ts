import type { InjectionKey } from 'vue'
import { inject } from 'vue'

const graceMilliseconds = 6000

/** What a person did and may still undo: until then only this page knows of it. */
export interface Undoables {
  /** Runs `work` after a while, or at once when the page is left. Returns what stops it. */
  readonly add: (work: () => Promise<void>) => () => void
  /** Does at once all that was not undone. */
  readonly settle: () => Promise<void>
}

export function createUndoables(): Undoables {
  const open = new Set<() => Promise<void>>()

  const add: Undoables['add'] = (work) => {
    let running: Promise<void> | undefined
    const run = () => {
      stopWaiting()
      running ??= work().finally(() => open.delete(run))
      return running
    }
    const stopWaiting = () => {
      clearTimeout(timer)
      removeEventListener('pagehide', run)
    }
    const timer = setTimeout(run, graceMilliseconds)
    addEventListener('pagehide', run)
    open.add(run)
    return () => {
      stopWaiting()
      open.delete(run)
    }
  }

  return {
    add,
    async settle() {
      await Promise.all([...open].map((run) => run()))
    },
  }
}

export const undoablesKey: InjectionKey<Undoables> = Symbol('undoables')

export function useUndoables(): Undoables {
  const undoables = inject(undoablesKey)
  if (!undoables) throw new Error('no undoables were provided')
  return undoables
}
