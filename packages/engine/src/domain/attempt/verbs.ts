import type { Kernel } from '../../kernel/kernel.ts'
import { limitedAddress } from './address.ts'
import type { DelayRule } from './delay.ts'
import { delayAfter, forAddress, forKnown, forSubject } from './delay.ts'
import { attemptErrors } from './errors.ts'
import type { Attempts, Standing, Who } from './index.ts'
import { anyWithPrefix, countUp, forget, readAttempts, remember, setWait } from './store.ts'

const day = 24 * 60 * 60 * 1000
const knownFor = 90 * day
/** Attempts at one person that may wait for each other. */
const longestLine = 100

export function createAttempts({ store, now }: Pick<Kernel, 'store' | 'now'>): Attempts {
  const knownPrefix = (who: Who) => `known ${who.subject} `
  const keysOf = (who: Who) => ({
    place: `${knownPrefix(who)}${limitedAddress(who.address)}`,
    subject: `fails ${who.subject}`,
    address: `fails-from ${limitedAddress(who.address)}`,
    known: `fails-known ${who.subject} ${limitedAddress(who.address)}`,
  })

  /** Known devices have a counter of their own: what strangers do does not slow them. */
  const counted = (who: Who, known: boolean): readonly (readonly [key: string, rule: DelayRule])[] => {
    const keys = keysOf(who)
    if (known) return [[keys.known, forKnown]]
    return [
      [keys.subject, forSubject],
      [keys.address, forAddress],
    ]
  }

  const look = async (who: Who): Promise<Standing & { readonly until: number }> => {
    const rows = await readAttempts(store, Object.values(keysOf(who)), now())
    const known = who.knownDevice || rows.has(keysOf(who).place)
    const mine = counted(who, known).flatMap(([key]) => rows.get(key) ?? [])
    return { known, failures: mine.length > 0, until: Math.max(0, ...mine.map((row) => row.wait_until)) }
  }

  const lines = new Map<string, { last: Promise<unknown>; length: number }>()

  return {
    async inTurn(subject, judge) {
      const line = lines.get(subject) ?? { last: Promise.resolve(), length: 0 }
      if (line.length >= longestLine) throw attemptErrors('flow.wait', { seconds: 1 }, { 'retry-after': '1' })
      line.length += 1
      lines.set(subject, line)
      const judged = line.last.then(judge)
      line.last = judged
        .catch(() => {})
        .finally(() => {
          line.length -= 1
          if (line.length === 0) lines.delete(subject)
        })
      return judged
    },

    async take(key, { limit, seconds }) {
      const at = now()
      const counts = await store.unit((unit) => countUp(unit, [`calls ${key}`], at, at + seconds * 1000))
      const row = counts.get(`calls ${key}`)
      if (!row || row.count <= limit) return
      const wait = Math.max(1, Math.ceil((row.expires_at - at) / 1000))
      throw attemptErrors('request.rate_limited', { seconds: wait }, { 'retry-after': String(wait) })
    },

    async standing(who) {
      const { known, failures } = await look(who)
      return { known, failures }
    },

    async allow(who) {
      const at = now()
      const { until, known, failures } = await look(who)
      if (until > at) {
        const seconds = Math.ceil((until - at) / 1000)
        throw attemptErrors('flow.wait', { seconds }, { 'retry-after': String(seconds) })
      }
      return { known, failures }
    },

    async failed(who, { known }) {
      const at = now()
      const rules = new Map(counted(who, known))
      await store.unit(async (unit) => {
        for (const [key, row] of await countUp(unit, [...rules.keys()], at, at + day)) {
          const delay = delayAfter(row.count, rules.get(key) ?? forSubject) * 1000
          if (delay > 0) await setWait(unit, key, at + delay, at + delay + day)
        }
      })
    },

    async succeeded(unit, who, { known, failures }) {
      const at = now()
      const keys = keysOf(who)
      if (failures) await forget(unit, [keys.subject, keys.known])
      if (known) return { newPlace: false }
      const newPlace = await anyWithPrefix(unit, knownPrefix(who), at)
      await remember(unit, keys.place, at + knownFor)
      return { newPlace }
    },
  }
}
