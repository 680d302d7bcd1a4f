import { generateKeyPairSync, sign } from 'node:crypto'
import { hash } from '@node-rs/argon2'

/** Operations per second of one core: what no server can beat. */
export interface Limits {
  /** A bare ES256 signature over a token's length. */
  readonly signatures: number
  /** argon2id, m=19 MiB t=2 p=1, one after another. */
  readonly hashes: number
}

export async function measureLimits(seconds: number): Promise<Limits> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const input = Buffer.alloc(430, 'x')
  const signatures = await perSecond(seconds, async () => {
    sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  })
  const hashes = await perSecond(seconds, async () => {
    await hash('bench-alex-2026', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
  })
  return { signatures, hashes }
}

async function perSecond(seconds: number, operation: () => Promise<void>): Promise<number> {
  for (let index = 0; index < 20; index += 1) await operation()
  const started = performance.now()
  let count = 0
  while (performance.now() - started < seconds * 1000) {
    await operation()
    count += 1
  }
  return count / ((performance.now() - started) / 1000)
}
