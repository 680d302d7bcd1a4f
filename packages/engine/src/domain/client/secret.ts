import { hash, timingSafeEqual } from 'node:crypto'

/** Client secrets are random and long, so one SHA-256 keeps them as well as a slow hash would. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

/** What a secret is called where it is not shown. */
export function secretId(hash: string): string {
  return hash.slice(0, 12)
}

/** Compares with every live secret in constant time; takes as long when there is none. */
export function matchesSecret(hashes: readonly string[], secret: string): boolean {
  const presented = Buffer.from(hashSecret(secret))
  let matches = false
  for (const known of hashes.length > 0 ? hashes : [hashSecret('')]) {
    const same = timingSafeEqual(presented, Buffer.from(known))
    matches ||= same && hashes.length > 0
  }
  return matches
}
