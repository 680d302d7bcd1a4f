import { AsyncLocalStorage } from 'node:async_hooks'
import type { Store } from './store.ts'

/**
 * Refuses a unit that is started inside another: on SQLite it would wait for itself, on PostgreSQL it would be a
 * transaction of its own, written also when the outer one is not.
 */
export function refuseNesting(store: Store): Store {
  const surrounding = new AsyncLocalStorage<{ over: boolean }>()
  const check = () => {
    const outer = surrounding.getStore()
    if (outer && !outer.over) throw new Error('A unit of work was started inside another: pass the unit on instead.')
  }
  return {
    ...store,
    async write(work) {
      check()
      return store.write(work)
    },
    async unit(work) {
      check()
      const state = { over: false }
      try {
        return await store.unit((unit) => surrounding.run(state, () => work(unit)))
      } finally {
        state.over = true
      }
    },
  }
}
