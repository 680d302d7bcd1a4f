import type { KeyObject } from 'node:crypto'
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { encodeCBOR } from '@levischuck/tiny-cbor'

/** A passkey provider in software, for tests: real ES256 keys, real authenticator data, and every lie a test wants told. */
export interface SoftwareAuthenticator {
  readonly create: (challengeData: string, lies?: Lies) => string
  readonly get: (challengeData: string, lies?: Lies) => string
}

export interface Lies {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly userVerified?: boolean
  readonly backupEligible?: boolean
  readonly counter?: number
  readonly userHandle?: string | undefined
  readonly requestId?: string
  readonly credentialId?: string
  readonly signWith?: KeyObject
}

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest()
const b64 = (data: Uint8Array) => Buffer.from(data).toString('base64url')

interface Challenge {
  readonly requestId: string
  readonly publicKeyCredentialCreationOptions?: { challenge: string; rp: { id: string }; user: { id: string } }
  readonly publicKeyCredentialRequestOptions?: { challenge: string; rpId: string }
}

export function softwareAuthenticator(origin: string, fixedId?: string): SoftwareAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = fixedId ?? b64(randomBytes(16))
  let owner: string | undefined
  let counter = 0

  const clientData = (type: string, challenge: string, lies: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    )
  /** WebAuthn §6.1: UP 0x01, UV 0x04, BE 0x08, AT 0x40. */
  const authenticatorData = (rpId: string, lies: Lies, attested = Buffer.alloc(0)) => {
    const flags =
      0x01 |
      (lies.userVerified === false ? 0 : 0x04) |
      (lies.backupEligible ? 0x08 : 0) |
      (attested.length > 0 ? 0x40 : 0)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(lies.counter ?? counter)
    return Buffer.concat([sha256(lies.rpId ?? rpId), Buffer.from([flags]), count, attested])
  }
  const answer = (requestId: string, lies: Lies, response: object) => {
    const credentialId = lies.credentialId ?? id
    const credential = {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response,
    }
    return b64(Buffer.from(JSON.stringify({ requestId: lies.requestId ?? requestId, credential })))
  }
  const parse = (challengeData: string): Challenge => JSON.parse(Buffer.from(challengeData, 'base64url').toString())

  return {
    create(challengeData, lies = {}) {
      const { requestId, publicKeyCredentialCreationOptions: options } = parse(challengeData)
      if (!options) throw new Error('not creation options')
      owner = options.user.id
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      // COSE_Key (RFC 9052 §7): kty EC2, alg ES256, crv P-256.
      const cose = encodeCBOR(
        new Map<number, number | Uint8Array>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, Buffer.from(x, 'base64url')],
          [-3, Buffer.from(y, 'base64url')],
        ]),
      )
      const idBytes = Buffer.from(lies.credentialId ?? id, 'base64url')
      const length = Buffer.alloc(2)
      length.writeUInt16BE(idBytes.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, idBytes, cose])
      const attestation = encodeCBOR(
        new Map<string, string | Uint8Array | Map<string, string>>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', new Uint8Array(authenticatorData(options.rp.id, lies, attested))],
        ]),
      )
      return answer(requestId, lies, {
        clientDataJSON: b64(clientData('webauthn.create', options.challenge, lies)),
        attestationObject: b64(attestation),
        transports: ['internal'],
      })
    },
    get(challengeData, lies = {}) {
      const { requestId, publicKeyCredentialRequestOptions: options } = parse(challengeData)
      if (!options) throw new Error('not request options')
      counter += 1
      const client = clientData('webauthn.get', options.challenge, lies)
      const data = authenticatorData(options.rpId, lies)
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(client)]))
        .sign(lies.signWith ?? privateKey)
      const userHandle = 'userHandle' in lies ? lies.userHandle : owner
      return answer(requestId, lies, {
        clientDataJSON: b64(client),
        authenticatorData: b64(data),
        signature: b64(signature),
        ...(userHandle === undefined ? {} : { userHandle }),
      })
    },
  }
}
