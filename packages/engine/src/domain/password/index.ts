import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { defineErrors } from '../../kernel/errors.ts'
import { createQueue } from './queue.ts'

/** Hashing of what people remember: slow on purpose, and kept from slowing everything else. */
export interface Passwords {
  /** PHC string of a fresh salt. */
  readonly hash: (text: string) => Promise<string>
  /** Whether `text` made `phc`. Without one (nobody has that password) the same work gives `false`. */
  readonly verify: (phc: string | undefined, text: string) => Promise<boolean>
  /** Whether a hash was made with weaker parameters than new ones get. */
  readonly isOutdated: (phc: string) => boolean
  /** Hashes since start, for measurements. */
  readonly count: () => number
}

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const current = '$argon2id$v=19$m=19456,t=2,p=1$'
/** Nobody knows what made it. Same parameters as `parameters`, or a ghost would be told by the time it takes. */
const nobody = `${current}q9PUGiEsKHSpQVDktXjAFw$fXgN8SxbKwxTGzMRgWmaB0XMY6wFCrgkG92kJ2A2MOY`

const passwordErrors = defineErrors({
  // 503: what is short is our time, not the caller's allowance.
  'request.rate_limited': { status: 503, oauth: 'temporarily_unavailable', native: 'ABA-65001' },
})

/** The thread pool has four threads and also signs tokens: hashes never take the last one. */
const limits = { running: Math.min(3, availableParallelism()), waiting: 200 }

export function createPasswords(): Passwords {
  const queue = createQueue(limits)
  let hashes = 0
  const enter = <T>(work: () => Promise<T>): Promise<T> => {
    const done = queue.enter(work)
    if (!done) throw passwordErrors('request.rate_limited', { seconds: 2 }, { 'retry-after': '2' })
    hashes++
    return done
  }
  return {
    hash: async (text) => enter(() => hash(text, parameters)),
    async verify(phc, text) {
      const matches = await enter(() => verify(phc ?? nobody, text))
      return phc !== undefined && matches
    },
    isOutdated: (phc) => !phc.startsWith(current),
    count: () => hashes,
  }
}
