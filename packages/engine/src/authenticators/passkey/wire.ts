import { z } from 'zod'

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
const extensions = z.looseObject({})

/** `AuthenticationResponseJSON` of WebAuthn L3 §5.1: only what is verified is kept. */
export const zAssertion = z.object({
  id: base64url.max(1400),
  rawId: base64url.max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: extensions.default({}),
  response: z.object({
    clientDataJSON: base64url.max(8192),
    authenticatorData: base64url.max(8192),
    signature: base64url.max(4096),
    userHandle: base64url.max(128).optional(),
  }),
})

/** `RegistrationResponseJSON` of WebAuthn L3 §5.1. */
export const zAttestation = z.object({
  id: base64url.max(1400),
  rawId: base64url.max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: extensions.default({}),
  response: z.object({
    clientDataJSON: base64url.max(8192),
    attestationObject: base64url.max(32_768),
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
})

/** What the flow keeps between challenge and answer. */
export const zChallenge = z.object({ requestId: z.string(), challenge: z.string() })
export type Challenge = z.infer<typeof zChallenge>

/** What a factor's secret text holds: nothing of it is secret, the private key never leaves the authenticator. */
export const zStoredKey = z.object({
  publicKey: base64url,
  transports: z.array(z.string()),
  /** BE: whether the credential may be synced; fixed for its life (WebAuthn L3 §6.1.3). */
  backupEligible: z.boolean(),
})
export type StoredKey = z.infer<typeof zStoredKey>

/** `challengeData` of the app-native wire. */
export function encodeChallenge(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** `tokenResponse` of the app-native wire: base64 (either alphabet) of `{ requestId, credential }`. */
export function decodeAnswer<T>(
  encoded: string,
  credential: z.ZodType<T>,
): { requestId: string; credential: T } | undefined {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  return z.object({ requestId: z.string().max(100), credential }).safeParse(value).data
}
