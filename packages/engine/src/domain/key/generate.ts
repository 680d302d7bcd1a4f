import { createPrivateKey, generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Key, KeyAlg, Signer } from './key.ts'

const generate = promisify(generateKeyPair)

/** A sealed value can only be opened as the private half of this very key. */
const sealContext = (id: Key['id']) => `signing-key:${id}`

export async function generateKey(
  kernel: Pick<Kernel, 'random' | 'seal' | 'now'>,
  of: Pick<Key, 'org' | 'purpose' | 'alg' | 'slot'>,
): Promise<Key> {
  const id: Key['id'] = `key_${kernel.random(12)}`
  const { publicKey, privateKey } = await pair(of.alg)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return {
    ...of,
    id,
    publicJwk: { ...publicKey.export({ format: 'jwk' }), kid: id, alg: of.alg, use: 'sig' },
    sealedPrivate: await kernel.seal(pem, sealContext(id)),
    createdAt: kernel.now(),
    retiredAt: undefined,
  }
}

/** Opens and imports a private key. Rejects when the key-encryption key is not the one it was sealed under. */
export async function importKey(kernel: Pick<Kernel, 'open'>, key: Key): Promise<Signer> {
  const pem = await kernel.open(key.sealedPrivate, sealContext(key.id))
  return { kid: key.id, alg: key.alg, key: createPrivateKey(pem) }
}

function pair(alg: KeyAlg) {
  if (alg === 'ES256') return generate('ec', { namedCurve: 'P-256' })
  return generate('rsa', { modulusLength: 2048 })
}
