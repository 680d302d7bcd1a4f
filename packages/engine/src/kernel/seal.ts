import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Kernel } from './kernel.ts'

/**
 * Sealing under the key-encryption key. Each use derives its own key (HKDF-SHA256, RFC 5869), and `context` is
 * authenticated with the text, so that a sealed value cannot be opened as another kind of value.
 * Throws when `key` is not 32 bytes.
 */
export function createSealing(key: Uint8Array): Pick<Kernel, 'seal' | 'open' | 'mac'> {
  if (key.byteLength !== 32) throw new Error('the key-encryption key must have 32 bytes')
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', key, 'cardea', use, 32))
  const sealing = derive('seal')
  const hashing = derive('mac')
  return {
    seal: async (plain, context) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(context))
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return `1.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`
    },
    open: async (text, context) => {
      const [version, encoded] = text.split('.', 2)
      if (version !== '1' || !encoded) throw new Error('a sealed value of an unknown form')
      const bytes = Buffer.from(encoded, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, 12)).setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
    mac: (value, context) => createHmac('sha256', hashing).update(`${context}\0${value}`).digest('base64url'),
  }
}
