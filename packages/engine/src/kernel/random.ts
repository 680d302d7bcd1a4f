import { randomFillSync } from 'node:crypto'

const poolBytes = 8192

/**
 * Random values from the system's generator, drawn 8 KiB at a time: a request needs several small ones and each
 * call into the generator costs more than the bytes. Used bytes are wiped, so that the pool never tells an old value.
 */
export function createRandom(): (bytes: number) => string {
  const pool = Buffer.alloc(poolBytes)
  let used = poolBytes
  return (bytes) => {
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > poolBytes) throw new RangeError(`random: ${bytes} bytes`)
    if (used + bytes > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    const value = pool.toString('base64url', used, used + bytes)
    pool.fill(0, used, used + bytes)
    used += bytes
    return value
  }
}
