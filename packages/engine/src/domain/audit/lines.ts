import type { Event, NewEvent } from '../../kernel/events/index.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { append } from './append.ts'

/** How long a line may wait (design §4: at most 1 s). */
const longestWait = 500
/** Lines that wait; beyond, callers wait with them, so that a database that is away cannot fill the memory. */
const mostWaiting = 20_000

export interface Lines {
  readonly add: (event: NewEvent) => Promise<void>
  /** Writes what waits. */
  readonly flush: () => Promise<void>
}

/** Audit lines of what writes nothing else: gathered in memory and chained in batches; `strict` writes them first. */
export function createLines(kernel: Pick<Kernel, 'store' | 'mac' | 'now' | 'random' | 'log'>, strict: boolean): Lines {
  let waiting: Event[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const write = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const batch = waiting
    waiting = []
    if (batch.length === 0) return
    try {
      await append(kernel, batch)
    } catch (error) {
      waiting = [...batch, ...waiting]
      throw error
    }
  }
  const flush = (): Promise<void> => {
    const next = writing.then(write)
    writing = next.catch(() => {})
    return next
  }
  const schedule = (): void => {
    timer ??= setTimeout(() => {
      flush().catch((error) => {
        kernel.log('error', 'audit lines could not be written; they will be tried again', {
          error,
          waiting: waiting.length,
        })
        schedule()
      })
    }, longestWait).unref()
  }

  return {
    flush,
    add: async (event) => {
      waiting.push({ ...event, id: `evt_${kernel.random(18)}`, at: kernel.now() })
      if (strict || waiting.length > mostWaiting) await flush()
      else schedule()
    },
  }
}
