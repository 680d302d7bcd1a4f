import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from './settings.ts'

/** The key-encryption key: `CARDEA_KEY`, or `master.key` of the data folder, made once. */
export function masterKey(settings: Pick<Settings, 'dataFolder' | 'database' | 'key'>): Uint8Array {
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 })
  if (settings.key) return settings.key
  const file = join(settings.dataFolder, 'master.key')
  if (!existsSync(file)) {
    // A new key beside an old database would lose every secret in it, silently.
    if (existsSync(settings.database.url))
      throw new Error(
        `${file} is missing, but ${settings.database.url} is sealed with it: restore it, or set CARDEA_KEY`,
      )
    // `wx`: of two processes that start at once, one makes the key.
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  }
  chmodSync(file, 0o600)
  const bytes = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')
  if (bytes.length !== 32) throw new Error(`${file} does not hold a 32 byte key: restore it, or set CARDEA_KEY`)
  return new Uint8Array(bytes)
}
