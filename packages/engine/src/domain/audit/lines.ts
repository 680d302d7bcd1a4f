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

/**
 * Audit lines of what writes nothing else: gathered in memory and chained in batches; `strict` writes them first.
 * Lines of a batch that say the same become one with their `count`: an app that fetches a thousand tokens a second
 * must not cost a thousand rows.
 */
export function createLines(kernel: Pick<Kernel, 'store' | 'mac' | 'now' | 'random' | 'log'>, strict: boolean): Lines {
  let waiting: Event[] = []
  const same = new Map<string, { readonly place: number; count: number }>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const counted = () => {
    const batch = [...waiting]
    for (const { place, count } of same.values()) {
      const event = batch[place]
      if (event && count > 1) batch[place] = { ...event, data: { ...event.data, count } }
    }
    return batch
  }
  /** Whether a line that says the same waits already; it counts for both. */
  const merged = (event: NewEvent): boolean => {
    const key = JSON.stringify(event)
    const known = same.get(key)
    if (known) known.count += 1
    else same.set(key, { place: waiting.length, count: 1 })
    return known !== undefined
  }
  const write = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const batch = counted()
    waiting = []
    same.clear()
    if (batch.length === 0) return
    try {
      await append(kernel, batch)
    } catch (error) {
      // Behind what has come meanwhile, whose places are known by number.
      waiting = [...waiting, ...batch]
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
      if (!strict && merged(event)) return
      waiting.push({ ...event, id: `evt_${kernel.random(18)}`, at: kernel.now() })
      if (strict || waiting.length > mostWaiting) await flush()
      else schedule()
    },
  }
}
