import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server'
import type { StoredFactor } from '../../domain/factor/index.ts'
import type { Ceremony, Params, Started, Verdict } from '../../domain/flow/index.ts'
import { amrOf } from './enrol.ts'
import { passkeyErrors } from './errors.ts'
import { accountOfHandle, expectedOrigins, relyingPartyId } from './relying-party.ts'
import type { Challenge } from './wire.ts'
import { decodeAnswer, encodeChallenge, zAssertion, zChallenge, zStoredKey } from './wire.ts'

/**
 * Request options without a list of credentials: the device offers what it has. A list would tell a stranger
 * who typed somebody's name whether that account exists and which keys it has (WebAuthn §14.6.2).
 */
export async function startAssertion(ceremony: Ceremony): Promise<Started> {
  const { engine } = ceremony
  const requestId = engine.random(16)
  const options = await generateAuthenticationOptions({
    rpID: relyingPartyId(ceremony),
    challenge: Buffer.from(engine.random(32), 'base64url'),
    userVerification: 'required',
  })
  const challenge: Challenge = { requestId, challenge: options.challenge }
  const challengeData = encodeChallenge({ requestId, publicKeyCredentialRequestOptions: options })
  return { prompt: { type: 'passkey', requiredParams: ['tokenResponse'], data: { challengeData } }, state: challenge }
}

/** WebAuthn §7.2. Says who it is when nobody has been identified yet. */
export async function verifyAssertion(ceremony: Ceremony, params: Params, state: unknown): Promise<Verdict> {
  const { engine, org, subject } = ceremony
  if (params.tokenResponse === undefined) throw passkeyErrors('credential.missing', { name: 'tokenResponse' })
  const challenge = zChallenge.safeParse(state).data
  const answer = decodeAnswer(params.tokenResponse, zAssertion)
  if (!answer || answer.requestId !== challenge?.requestId) return retry(ceremony)

  const { response } = answer.credential
  const factor = await engine.factors.find(org, 'passkey', answer.credential.id)
  const handle = accountOfHandle(response.userHandle)
  // §7.2 step 6: the user handle names the owner; it must be given when nobody was identified before.
  if (!factor || (handle ?? subjectId(subject)) !== factor.account) return retry(ceremony)
  if (subject && subjectId(subject) !== factor.account) return retry(ceremony)

  const key = zStoredKey.parse(JSON.parse(factor.secret))
  const { userHandle, ...assertion } = response
  const verified = await verifyAuthenticationResponse({
    response: {
      ...answer.credential,
      response: userHandle === undefined ? assertion : { ...assertion, userHandle },
    },
    expectedChallenge: challenge.challenge,
    expectedOrigin: expectedOrigins(ceremony),
    expectedRPID: relyingPartyId(ceremony),
    // The counter is judged below: a synced key may legitimately go back (§6.1.1).
    credential: { id: factor.lookup, publicKey: Buffer.from(key.publicKey, 'base64url'), counter: 0 },
    requireUserVerification: true,
  }).catch(() => undefined)
  if (!verified?.verified) return retry(ceremony)
  const { newCounter, credentialDeviceType } = verified.authenticationInfo
  // §6.1.3: backup eligibility never changes; a different value is a different authenticator.
  if ((credentialDeviceType === 'multiDevice') !== key.backupEligible) return retry(ceremony)

  const account = await engine.accounts.find(org, factor.account)
  if (account?.status !== 'active') return retry(ceremony)
  if (!(await countUse(ceremony, factor, newCounter, key.backupEligible))) return retry(ceremony)
  return { type: 'proven', amr: amrOf(key), subject: { type: 'account', account } }
}

function subjectId(subject: Ceremony['subject']) {
  return subject?.type === 'account' ? subject.account.id : subject?.id
}

/** §7.2 step 22: a counter that does not grow may be a copy of the key. It is reported, and for a key that cannot be synced refused. */
async function countUse(
  { engine }: Ceremony,
  factor: StoredFactor,
  counter: number,
  synced: boolean,
): Promise<boolean> {
  const regressed = counter !== 0 && counter <= factor.counter
  return engine.store.unit(async (unit) => {
    if (regressed) {
      await unit.emit({
        type: 'passkey.counter_regressed',
        org: factor.org,
        actor: { type: 'account', id: factor.account },
        target: factor.id,
        data: { stored: factor.counter, received: counter },
      })
      if (!synced) return false
    }
    if (counter === 0 || regressed) {
      await engine.factors.use(unit, factor, factor.counter)
      return true
    }
    return engine.factors.claim(unit, factor, counter)
  })
}

async function retry(ceremony: Ceremony): Promise<Verdict> {
  return { type: 'rejected', failure: passkeyErrors('passkey.rejected'), restart: await startAssertion(ceremony) }
}
