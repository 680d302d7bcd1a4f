/** Work that runs at most `running` at a time, with a bounded line before it. */
export interface Queue {
  /** `undefined` when the line is full: nothing was started. */
  readonly enter: <T>(work: () => Promise<T>) => Promise<T> | undefined
}

export function createQueue(limits: { readonly running: number; readonly waiting: number }): Queue {
  const line: (() => void)[] = []
  let running = 0
  const leave = () => {
    const next = line.shift()
    if (next) next()
    else running--
  }
  return {
    enter(work) {
      if (running < limits.running) {
        running++
        return work().finally(leave)
      }
      if (line.length >= limits.waiting) return undefined
      return new Promise<void>((go) => line.push(go)).then(work).finally(leave)
    },
  }
}
