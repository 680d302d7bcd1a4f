import { generateKeyPairSync, sign } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import type { Limit } from './limits.ts'

/** `alone.ts <work> <seconds>`: an ES256 signature over a token's length, or an argon2id hash, and nothing else. */
const [work, seconds] = process.argv.slice(2)
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const input = Buffer.alloc(430, 'x')

const operations: Readonly<Record<string, () => unknown>> = {
  signature: () => sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  hash: () => hash('bench-alex-2026', { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
}
const operation = operations[work ?? '']
if (!operation) throw new Error(`no such work: ${work}`)

for (let index = 0; index < 20; index += 1) await operation()
const started = performance.now()
const before = process.cpuUsage()
let count = 0
while (performance.now() - started < Number(seconds) * 1000) {
  await operation()
  count += 1
}
const { user, system } = process.cpuUsage(before)
const limit: Limit = { rate: count / ((performance.now() - started) / 1000), cost: (user + system) / count }
process.stdout.write(JSON.stringify(limit))
