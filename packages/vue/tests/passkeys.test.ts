import { browserPasskeys } from '@cardea/core/passkeys'
import { expect, onTestFinished, test, vi } from 'vitest'
import { cdp } from 'vitest/browser'

/** The part of the browser's debugging protocol used here. */
interface Debugger {
  send(method: string, params?: object): Promise<unknown>
}

const encode = (challenge: object): string =>
  btoa(JSON.stringify(challenge)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

const rp = location.hostname
const creation = encode({
  requestId: 'req_1',
  publicKeyCredentialCreationOptions: {
    rp: { id: rp, name: 'Northwind' },
    user: { id: 'dXNyXzE', name: 'pat@demo.test', displayName: 'Pat' },
    challenge: 'AAECAwQFBgcICQoLDA0ODw',
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  },
})
const request = encode({
  requestId: 'req_2',
  publicKeyCredentialRequestOptions: { challenge: 'AAECAwQFBgcICQoLDA0ODw', rpId: rp, userVerification: 'required' },
})

async function authenticator(options: object = {}): Promise<void> {
  const session = cdp() as Debugger
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  })
  onTestFinished(async () => void (await session.send('WebAuthn.disable')))
}

const answer = async (challenge: string): Promise<Record<string, unknown>> => {
  const outcome = await browserPasskeys()?.answer(challenge, {
    conditional: false,
    signal: new AbortController().signal,
  })
  if (outcome?.type !== 'answered') throw new Error(`the ceremony ended as ${outcome?.type}`)
  return JSON.parse(atob(outcome.tokenResponse))
}

const response = { clientDataJSON: expect.stringMatching(/^[\w-]+$/) }
const attestation = { ...response, attestationObject: expect.stringMatching(/^[\w-]+$/), transports: ['internal'] }
const assertion = {
  ...response,
  authenticatorData: expect.stringMatching(/^[\w-]+$/),
  signature: expect.stringMatching(/^[\w-]+$/),
  userHandle: 'dXNyXzE',
}

test.each(['converts itself', 'leaves the conversion to us'])(
  'a passkey is made and used, in a browser that %s',
  async (how) => {
    await authenticator()
    if (how !== 'converts itself') {
      vi.spyOn(PublicKeyCredential, 'parseCreationOptionsFromJSON', 'get').mockReturnValue(undefined as never)
      vi.spyOn(PublicKeyCredential, 'parseRequestOptionsFromJSON', 'get').mockReturnValue(undefined as never)
      vi.spyOn(PublicKeyCredential.prototype, 'toJSON').mockImplementation(() => {
        throw new TypeError('Illegal invocation')
      })
      onTestFinished(() => void vi.restoreAllMocks())
    }
    const made = await answer(creation)
    expect(made).toMatchObject({ requestId: 'req_1', credential: { type: 'public-key', response: attestation } })
    const used = await answer(request)
    expect(used).toMatchObject({ requestId: 'req_2', credential: { type: 'public-key', response: assertion } })
  },
)

test('a ceremony that is called off ends, without an answer', async () => {
  await authenticator({ automaticPresenceSimulation: false })
  const off = new AbortController()
  const outcome = browserPasskeys()?.answer(request, { conditional: false, signal: off.signal })
  off.abort()
  expect(await outcome).toEqual({ type: 'cancelled' })
})

test('a challenge that makes no sense is no answer either', async () => {
  const signal = new AbortController().signal
  expect(await browserPasskeys()?.answer('%%%', { conditional: false, signal })).toEqual({ type: 'cancelled' })
})
