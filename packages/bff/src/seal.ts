import { base64url, CompactEncrypt, compactDecrypt } from 'jose'

/** What a sealed value is for. One kind never opens as another: each has its own key. */
export type SealKind = 'session' | 'flow' | 'transaction' | 'sign-out'

export interface Seals {
  /** `expiresAt` in seconds since the epoch. */
  readonly seal: (kind: SealKind, value: object, expiresAt: number) => Promise<string>
  /** `undefined` when it was not sealed here, is of another kind, or has expired. */
  readonly open: <T>(kind: SealKind, sealed: string | undefined) => Promise<T | undefined>
  /** A token for a plain form, bound to `subject`. */
  readonly token: (subject: string) => Promise<string>
  readonly verifyToken: (subject: string, token: string | undefined) => Promise<boolean>
}

const text = new TextEncoder()

/** SHA-256, base64url: the name under which an opaque id is stored. */
export async function digest(value: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', text.encode(value))))
}

export const randomId = (bytes = 32): string => base64url.encode(crypto.getRandomValues(new Uint8Array(bytes)))

async function derive(secret: string, info: string): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey('raw', text.encode(secret), 'HKDF', false, ['deriveBits'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: text.encode(info) }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, material, 256))
}

interface Key {
  readonly id: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** JWE (RFC 7516), `dir` with A256GCM, under keys derived per kind and client. */
export function createSeals(secrets: readonly string[], clientId: string, now: () => number): Seals {
  const made = new Map<string, Promise<Key[]>>()
  const keys = (purpose: string): Promise<Key[]> => {
    const known = made.get(purpose)
    if (known) return known
    const fresh = Promise.all(
      secrets.map(async (secret) => ({
        id: base64url.encode((await derive(secret, `cardea bff ${purpose} id ${clientId}`)).subarray(0, 6)),
        bytes: await derive(secret, `cardea bff ${purpose} key ${clientId}`),
      })),
    )
    made.set(purpose, fresh)
    return fresh
  }

  const hmac = async (key: Key) =>
    crypto.subtle.importKey('raw', key.bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify'])

  return {
    async seal(kind, value, expiresAt) {
      const [key] = await keys(kind)
      if (!key) throw new Error('no sealing key')
      return new CompactEncrypt(text.encode(JSON.stringify({ exp: expiresAt, value })))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.id })
        .encrypt(key.bytes)
    },

    async open<T>(kind: SealKind, sealed: string | undefined) {
      if (!sealed) return undefined
      const known = await keys(kind)
      try {
        const { plaintext } = await compactDecrypt(
          sealed,
          ({ kid }) => {
            const key = known.find(({ id }) => id === kid)
            if (!key) throw new Error('sealed under a secret that is gone')
            return key.bytes
          },
          { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
        )
        const content = JSON.parse(new TextDecoder().decode(plaintext)) as { exp: number; value: T }
        return content.exp > now() ? content.value : undefined
      } catch {
        return undefined
      }
    },

    async token(subject) {
      const [key] = await keys('form')
      if (!key) throw new Error('no sealing key')
      return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', await hmac(key), text.encode(subject))))
    },

    async verifyToken(subject, token) {
      if (!token || !/^[\w-]{43}$/.test(token)) return false
      const given = base64url.decode(token) as Uint8Array<ArrayBuffer>
      for (const key of await keys('form'))
        if (await crypto.subtle.verify('HMAC', await hmac(key), given, text.encode(subject))) return true
      return false
    },
  }
}
