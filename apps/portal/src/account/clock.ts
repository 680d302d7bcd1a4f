import type { InjectionKey, Ref } from 'vue'
import { inject, onBeforeUnmount, onMounted, ref } from 'vue'

interface Clock {
  /** Milliseconds since the epoch; steps every half minute in the browser. */
  readonly now: Ref<number>
  readonly locale: string
}

export const clockKey: InjectionKey<Clock> = Symbol('clock')

/** Starts at the moment the server drew the page, so that both sides write the same. */
export function createClock(start: number, locale: string): Clock {
  const now = ref(start)
  let timer: ReturnType<typeof setInterval> | undefined
  onMounted(() => {
    now.value = Date.now()
    timer = setInterval(() => {
      now.value = Date.now()
    }, 30_000)
  })
  onBeforeUnmount(() => clearInterval(timer))
  return { now, locale }
}

export function useClock(): Clock {
  const clock = inject(clockKey)
  if (!clock) throw new Error('no clock was provided')
  return clock
}
