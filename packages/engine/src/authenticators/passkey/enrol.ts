import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server'
import type { Ceremony, Params, Started, Verdict } from '../../domain/flow/index.ts'
import { passkeyErrors } from './errors.ts'
import { expectedOrigins, relyingPartyId, userHandle } from './relying-party.ts'
import type { Challenge, StoredKey } from './wire.ts'
import { decodeAnswer, encodeChallenge, zAttestation, zChallenge } from './wire.ts'

/** EdDSA, ES256, RS256: what platform authenticators and security keys have. */
const algorithms = [-8, -7, -257]

/** Creation options for the account; its other passkeys are excluded, so that one device is not enrolled twice. */
export async function startEnrolment(ceremony: Ceremony): Promise<Started> {
  const { engine, org, subject } = ceremony
  if (subject?.type !== 'account') throw new Error('only an identified account can add a passkey')
  const { account } = subject
  const [organization, existing] = await Promise.all([
    engine.organizations.find(org),
    engine.factors.of(org, account.id, 'passkey'),
  ])
  const requestId = engine.random(16)
  const options = await generateRegistrationOptions({
    rpName: organization?.name ?? relyingPartyId(ceremony),
    rpID: relyingPartyId(ceremony),
    userID: userHandle(account.id),
    userName: account.email ?? account.username,
    userDisplayName: account.name ?? account.username,
    challenge: Buffer.from(engine.random(32), 'base64url'),
    attestationType: 'none',
    excludeCredentials: existing.map(({ lookup }) => ({ id: lookup })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
  const challenge: Challenge = { requestId, challenge: options.challenge }
  const challengeData = encodeChallenge({ requestId, publicKeyCredentialCreationOptions: options })
  return {
    prompt: { type: 'passkey', requiredParams: ['tokenResponse'], data: { enrolment: 'true', challengeData } },
    state: challenge,
  }
}

/** WebAuthn §7.1. */
export async function finishEnrolment(ceremony: Ceremony, params: Params, state: unknown): Promise<Verdict> {
  const { engine, org, subject } = ceremony
  const challenge = zChallenge.safeParse(state).data
  if (params.tokenResponse === undefined) throw passkeyErrors('credential.missing', { name: 'tokenResponse' })
  const answer = decodeAnswer(params.tokenResponse, zAttestation)
  if (subject?.type !== 'account' || !answer || answer.requestId !== challenge?.requestId) return retry(ceremony)
  const { response, ...credential } = answer.credential
  const { transports = [], ...attested } = response
  const verified = await verifyRegistrationResponse({
    response: { ...credential, response: attested },
    expectedChallenge: challenge.challenge,
    expectedOrigin: expectedOrigins(ceremony),
    expectedRPID: relyingPartyId(ceremony),
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => undefined)
  if (!verified?.registrationInfo) return retry(ceremony)
  const { credential: created, credentialDeviceType } = verified.registrationInfo
  const stored: StoredKey = {
    publicKey: Buffer.from(created.publicKey).toString('base64url'),
    transports,
    backupEligible: credentialDeviceType === 'multiDevice',
  }
  const factor = await engine.store.unit((unit) =>
    engine.factors.add(unit, {
      org,
      account: subject.account.id,
      authenticator: 'passkey',
      name: nameOf(params),
      secret: JSON.stringify(stored),
      lookup: created.id,
      counter: created.counter,
    }),
  )
  // §7.1 step 26: a credential id that exists belongs to whoever registered it first.
  if (!factor) return retry(ceremony, 'passkey.already_registered')
  return { type: 'proven', amr: amrOf(stored) }
}

/** RFC 8176: a key in hardware or in software, with the person verified. */
export function amrOf(key: StoredKey): readonly string[] {
  return [key.backupEligible ? 'swk' : 'hwk', 'user']
}

/** A challenge is used once, right or wrong: the next try gets a new one. */
async function retry(
  ceremony: Ceremony,
  code: 'passkey.rejected' | 'passkey.already_registered' = 'passkey.rejected',
): Promise<Verdict> {
  const failure = passkeyErrors(code)
  if (ceremony.subject?.type !== 'account') return { type: 'rejected', failure }
  return { type: 'rejected', failure, restart: await startEnrolment(ceremony) }
}

function nameOf(params: Params): string {
  const name = params.name?.trim()
  return name ? name.slice(0, 64) : 'Passkey'
}
