import { generateKeyPairSync, sign } from 'node:crypto'
import { hash } from '@node-rs/argon2'

/** What no server can beat. */
export interface Limit {
  /** Operations per second, one after another. */
  readonly rate: number
  /** Processor time of one, in microseconds. */
  readonly cost: number
}

/** A bare ES256 signature over a token's length, and an argon2id hash (m=19 MiB t=2 p=1). */
export async function measureLimits(seconds: number): Promise<{ readonly signature: Limit; readonly hash: Limit }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const input = Buffer.alloc(430, 'x')
  const signature = await repeat(seconds, async () => {
    sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  })
  const hashing = await repeat(seconds, async () => {
    await hash('bench-alex-2026', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
  })
  return { signature, hash: hashing }
}

async function repeat(seconds: number, operation: () => Promise<void>): Promise<Limit> {
  for (let index = 0; index < 20; index += 1) await operation()
  const started = performance.now()
  const before = process.cpuUsage()
  let count = 0
  while (performance.now() - started < seconds * 1000) {
    await operation()
    count += 1
  }
  const { user, system } = process.cpuUsage(before)
  return { rate: count / ((performance.now() - started) / 1000), cost: (user + system) / count }
}
