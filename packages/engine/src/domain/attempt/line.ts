import { forName } from './delay.ts'
import { attemptErrors } from './errors.ts'
import type { Attempts } from './index.ts'

/** Attempts in one line that may wait. */
const longestLine = 100

/**
 * At most as many of a line at once as are forgiven: right answers that come together are not told to wait by
 * claims on each other.
 */
export function createLines(): Attempts['inTurn'] {
  const lines = new Map<string, { running: number; readonly waiting: (() => void)[] }>()
  return async (key, judge) => {
    const line = lines.get(key) ?? { running: 0, waiting: [] }
    if (line.waiting.length >= longestLine) throw attemptErrors('flow.wait', { seconds: 1 }, { 'retry-after': '1' })
    lines.set(key, line)
    if (line.running < forName.free) line.running += 1
    else await new Promise<void>((go) => line.waiting.push(go))
    try {
      return await judge()
    } finally {
      const next = line.waiting.shift()
      if (next) next()
      else line.running -= 1
      if (line.running === 0) lines.delete(key)
    }
  }
}
