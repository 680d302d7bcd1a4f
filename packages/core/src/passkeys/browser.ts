import { credentialJson, fromBase64Url, parseCreation, parseRequest } from './json.ts'
import type { PasskeyOutcome, Passkeys } from './passkeys.ts'

/** `challengeData` once decoded: one of the two ceremonies. */
interface Challenge {
  requestId: string
  publicKeyCredentialRequestOptions?: PublicKeyCredentialRequestOptionsJSON
  publicKeyCredentialCreationOptions?: PublicKeyCredentialCreationOptionsJSON
}

const decode = (challengeData: string): Challenge => JSON.parse(new TextDecoder().decode(fromBase64Url(challengeData)))

const outcomeOf = (thrown: unknown): PasskeyOutcome => {
  const name = thrown instanceof Error ? thrown.name : ''
  if (name === 'InvalidStateError') return { type: 'known' }
  if (name === 'SecurityError' || name === 'NotSupportedError') return { type: 'unsupported' }
  return { type: 'cancelled' }
}

/** The page's passkeys, or undefined where the browser has none. */
export function browserPasskeys(): Passkeys | undefined {
  if (typeof PublicKeyCredential === 'undefined' || !navigator.credentials) return undefined
  return {
    conditional: async () => (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true,
    async answer(challengeData, { conditional, signal }) {
      try {
        const challenge = decode(challengeData)
        const { publicKeyCredentialRequestOptions: request, publicKeyCredentialCreationOptions: creation } = challenge
        const credential = creation
          ? await navigator.credentials.create({ publicKey: parseCreation(creation), signal })
          : request &&
            (await navigator.credentials.get({
              publicKey: parseRequest(request),
              signal,
              ...(conditional && { mediation: 'conditional' as const }),
            }))
        if (!(credential instanceof PublicKeyCredential)) return { type: 'cancelled' }
        const { requestId } = challenge
        return {
          type: 'answered',
          tokenResponse: btoa(JSON.stringify({ requestId, credential: credentialJson(credential) })),
        }
      } catch (thrown) {
        return outcomeOf(thrown)
      }
    },
  }
}
