import type { Store } from '@cardea/core'
import type { ShallowRef } from 'vue'
import { getCurrentInstance, onMounted, onScopeDispose, shallowReadonly, shallowRef } from 'vue'

/** A store as a ref. Listens in the browser only: a server renders what is known. */
export function useStore<T>(store: Store<T>): Readonly<ShallowRef<T>> {
  const value = shallowRef(store.get())
  let stop: (() => void) | undefined
  const listen = () => {
    value.value = store.get()
    stop = store.subscribe(() => {
      value.value = store.get()
    })
    // What subscribing itself set going may already have changed it.
    value.value = store.get()
  }
  if (getCurrentInstance()) onMounted(listen)
  else listen()
  onScopeDispose(() => stop?.())
  return shallowReadonly(value)
}
