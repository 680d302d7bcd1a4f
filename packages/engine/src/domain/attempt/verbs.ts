import type { Kernel } from '../../kernel/kernel.ts'
import { limitedAddress } from './address.ts'
import { createBuckets } from './buckets.ts'
import type { DelayRule } from './delay.ts'
import { delayAfter, forAddress, forKnown, forName } from './delay.ts'
import { attemptErrors } from './errors.ts'
import type { Attempts, Standing, Who } from './index.ts'
import { createLines } from './line.ts'
import { anyWithPrefix, claimAttempt, countUp, readAttempts, settleAttempt, setWait } from './store.ts'

const day = 24 * 60 * 60 * 1000
const knownFor = 90 * day
/** Counters that a process knows to be waiting; more are found out in the store. */
const mostWaiting = 10_000
/** A judgement takes no longer; what a crash left claimed is free again after it. */
const judging = 20_000

const tooMany = (seconds: number) =>
  attemptErrors('request.rate_limited', { seconds }, { 'retry-after': String(seconds) })

export function createAttempts({ store, now }: Pick<Kernel, 'store' | 'now'>): Attempts {
  const knownPrefix = (who: Who) => `known ${who.subject} `
  const failsOf = (name: string) => `fails ${name}`
  const keysOf = (who: Who) => ({
    place: `${knownPrefix(who)}${limitedAddress(who.address)}`,
    name: failsOf(who.name),
    address: `fails-from ${limitedAddress(who.address)}`,
    // Apart from the network's: behind one address there are strangers too, who do not have the cookie (ASVS 6.1.1).
    known: `fails-${who.knownDevice ? 'device' : 'known'} ${who.subject} ${limitedAddress(who.address)}`,
  })

  /** Known devices and known networks have counters of their own: what strangers do does not slow them. */
  const counted = (who: Who, known: boolean): ReadonlyMap<string, DelayRule> => {
    const keys = keysOf(who)
    if (known) return new Map([[keys.known, forKnown]])
    return new Map([
      [keys.name, forName],
      [keys.address, forAddress],
    ])
  }

  /** Counters that a claim of this process has found waiting, and until when: looked at before the next one. */
  const waiting = new Map<string, number>()
  const isWaiting = (key: string, at: number): boolean => {
    const until = waiting.get(key)
    if (until !== undefined && until <= at) waiting.delete(key)
    return until !== undefined && until > at
  }
  const note = ({ key, wait_until }: { readonly key: string; readonly wait_until: number }) => {
    if (waiting.size >= mostWaiting) waiting.clear()
    waiting.set(key, wait_until)
  }
  const refusal = (milliseconds: number) => {
    const seconds = Math.ceil(milliseconds / 1000)
    return attemptErrors('flow.wait', { seconds }, { 'retry-after': String(seconds) })
  }

  const look = async (who: Who) => {
    const rows = await readAttempts(store, Object.values(keysOf(who)), now())
    const known = who.knownDevice || rows.has(keysOf(who).place)
    return { known, rows: [...counted(who, known).keys()].flatMap((key) => rows.get(key) ?? []) }
  }

  const takeIn: Attempts['takeIn'] = async (unit, key, { limit, seconds }) => {
    const at = now()
    const counts = await countUp(unit, [`calls ${key}`], at, at + seconds * 1000)
    const row = counts.get(`calls ${key}`)
    if (!row || row.count <= limit) return undefined
    return tooMany(Math.max(1, Math.ceil((row.expires_at - at) / 1000)))
  }

  const buckets = createBuckets(now)

  return {
    inTurn: createLines(),

    async take(key, rule) {
      const refused = await store.unit((unit) => takeIn(unit, key, rule))
      if (refused) throw refused
    },

    takeIn,

    spend(key, rate) {
      const wait = buckets(key, rate)
      if (wait > 0) throw tooMany(wait)
    },

    async standing(who) {
      const { known, rows } = await look(who)
      return { known, failures: rows.some((row) => row.count > 0), claim: 'none' }
    },

    async admit(who) {
      const at = now()
      if (!Object.values(keysOf(who)).some((key) => isWaiting(key, at))) return
      const { rows } = await look(who)
      const until = Math.max(0, ...rows.map((row) => row.wait_until))
      if (until > at) throw refusal(until - at)
    },

    async claim(unit, who) {
      const at = now()
      const { place, known: ofKnown, name, address } = keysOf(who)
      const keys = { place: who.knownDevice ? undefined : place, known: ofKnown, name, address }
      const rows = await claimAttempt(unit, keys, at, at + judging)
      const known = rows.has(ofKnown)
      const rules = counted(who, known)
      const waits = [...rows.values()].map((row) => {
        if (row.wait_until > at) {
          note(row)
          return row.wait_until - at
        }
        const others = row.judging - 1
        // Those that are being judged may all be wrong.
        return others === 0 ? 0 : delayAfter(row.count + others, rules.get(row.key) ?? forName) * 1000
      })
      const wait = Math.max(0, ...waits)
      if (wait > 0) throw refusal(wait)
      const mine = [...rows.values()]
      const alone = mine.every((row) => row.judging === 1)
      return { known, failures: mine.some((row) => row.count > 0), claim: alone ? 'alone' : 'beside-others' }
    },

    async failed(who, { known }) {
      const at = now()
      const rules = counted(who, known)
      await store.unit(async (unit) => {
        for (const [key, row] of await countUp(unit, [...rules.keys()], at, at + day)) {
          const delay = delayAfter(row.count, rules.get(key) ?? forName) * 1000
          if (delay > 0) await setWait(unit, key, at + delay, at + delay + day)
        }
      })
    },

    giveBack: (unit, who, { known }) =>
      settleAttempt(unit, { claimed: [...counted(who, known).keys()], forgiven: [] }, now()),

    async succeeded(unit, who, standing, names = [who.name]) {
      const at = now()
      const { place, known } = keysOf(who)
      const forgiven = standing.failures ? [...names.map(failsOf), known] : []
      if (standing.known) {
        await settleAttempt(unit, { claimed: claimedBy(who, standing), forgiven }, at)
        return { newPlace: false }
      }
      const newPlace = await anyWithPrefix(unit, knownPrefix(who), at)
      const fact = { key: place, until: at + knownFor }
      await settleAttempt(unit, { claimed: claimedBy(who, standing), forgiven, fact }, at)
      return { newPlace }
    },
  }

  /** A claim that nobody stood beside ends by itself: giving it back would cost each sign-in a statement. */
  function claimedBy(who: Who, { known, failures, claim }: Standing): readonly string[] {
    if (claim === 'none' || (claim === 'alone' && known && !failures)) return []
    return [...counted(who, known).keys()]
  }
}
