import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account } from '../../domain/account/index.ts'
import type { Ceremony, Started } from '../../domain/flow/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import type { Lies } from './software-authenticator.fixture.ts'
import { softwareAuthenticator } from './software-authenticator.fixture.ts'

const origin = 'http://localhost:3000'
const appOrigin = 'http://localhost:3001'

let cardea: TestEngine
let ann: Account
let bob: Account

beforeAll(async () => {
  cardea = await testEngine({
    config: {
      accounts: [{ username: 'ann' }, { username: 'bob' }],
      apps: [
        { clientId: 'app', name: 'App', redirectUris: [`${appOrigin}/cb`], origins: [appOrigin], firstParty: true },
        // Somebody else's: its origin may not use the passkeys.
        {
          clientId: 'third',
          name: 'Third',
          redirectUris: ['https://third.example/cb'],
          origins: ['https://third.example'],
        },
      ],
    },
  })
  const { id } = await cardea.engine.organizations.root()
  const find = async (username: string) => {
    const account = await cardea.engine.accounts.findByIdentifier(id, username)
    if (!account) throw new Error(`no account ${username}`)
    return account
  }
  ann = await find('ann')
  bob = await find('bob')
})
afterAll(() => cardea.close())

function passkey() {
  const found = cardea.engine.contributed(authenticators).get('passkey')
  if (!found?.enrol) throw new Error('no passkey authenticator')
  return { ...found, enrol: found.enrol }
}

const ceremony = (account?: Account): Ceremony => ({
  engine: cardea.engine,
  org: ann.org,
  subject: account && { type: 'account', account },
  origins: [appOrigin],
  locale: 'en',
})

function challengeOf({ prompt }: Started): string {
  const data = prompt.type === 'passkey' ? prompt.data.challengeData : undefined
  if (data === undefined) throw new Error('no challenge')
  return data
}

/** An enrolled passkey of the account. */
async function enrolled(account: Account) {
  const device = softwareAuthenticator(origin)
  const started = await passkey().enrol.prompt(ceremony(account))
  const verdict = await passkey().enrol.verify(
    ceremony(account),
    { tokenResponse: device.create(challengeOf(started)) },
    started.state,
  )
  expect(verdict.type).toBe('proven')
  return device
}

async function signIn(device: ReturnType<typeof softwareAuthenticator>, account?: Account, lies?: Lies) {
  const started = await passkey().prompt(ceremony(account))
  return passkey().verify(ceremony(account), { tokenResponse: device.get(challengeOf(started), lies) }, started.state)
}

describe('signing in', () => {
  test('a discoverable passkey says who it is', async () => {
    const verdict = await signIn(await enrolled(ann))
    expect(verdict).toMatchObject({
      type: 'proven',
      amr: ['hwk', 'user'],
      subject: { type: 'account', account: { id: ann.id } },
    })
  })

  test('works from the app’s own origin too', async () => {
    expect((await signIn(await enrolled(ann), undefined, { origin: appOrigin })).type).toBe('proven')
  })

  test('the challenge names no credential, whoever is asked for', async () => {
    await enrolled(ann)
    const { prompt } = await passkey().prompt(ceremony(ann))
    const data =
      prompt.type === 'passkey' ? JSON.parse(Buffer.from(prompt.data.challengeData ?? '', 'base64url').toString()) : {}
    expect(data.publicKeyCredentialRequestOptions.allowCredentials ?? []).toEqual([])
    expect(data.publicKeyCredentialRequestOptions.userVerification).toBe('required')
  })

  test('another person’s passkey does not sign in the identified one', async () => {
    expect((await signIn(await enrolled(bob), ann)).type).toBe('rejected')
  })

  test('a disabled account’s passkey is refused', async () => {
    const device = await enrolled(bob)
    await cardea.engine.store.unit((unit) =>
      cardea.engine.accounts.update(unit, bob.org, bob.id, { status: 'disabled' }),
    )
    expect((await signIn(device)).type).toBe('rejected')
    await cardea.engine.store.unit((unit) => cardea.engine.accounts.update(unit, bob.org, bob.id, { status: 'active' }))
  })

  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  test.each<[string, Lies]>([
    ['origin', { origin: 'https://evil.test' }],
    ['RP ID', { rpId: 'evil.test' }],
    ['challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['type', { type: 'webauthn.create' }],
    ['user verification', { userVerified: false }],
    ['backup eligibility', { backupEligible: true }],
    ['user handle', { userHandle: Buffer.from('usr_somebody').toString('base64url') }],
    ['missing user handle', { userHandle: undefined }],
    ['request', { requestId: 'another' }],
    ['credential', { credentialId: Buffer.alloc(16).toString('base64url') }],
    ['key', { signWith: other }],
  ])('T-WAN-01 a wrong %s is rejected, with a fresh challenge', async (_what, lies) => {
    const verdict = await signIn(await enrolled(ann), undefined, lies)
    expect(verdict).toMatchObject({ type: 'rejected', failure: { code: 'passkey.rejected' } })
    expect(verdict.type === 'rejected' && verdict.restart && challengeOf(verdict.restart)).toBeTruthy()
  })

  test('T-WAN-01 a counter that goes back is an event, and refused for a key that cannot be synced', async () => {
    const device = await enrolled(ann)
    expect((await signIn(device, undefined, { counter: 7 })).type).toBe('proven')
    expect((await signIn(device, undefined, { counter: 6 })).type).toBe('rejected')
    const events = await cardea.engine.store
      .in(ann.org)
      .selectFrom('event')
      .selectAll()
      .where('type', '=', 'passkey.counter_regressed')
      .execute()
    expect(events.map(({ data }) => JSON.parse(data ?? '{}'))).toContainEqual({ stored: 7, received: 6 })
  })

  test.each(['', 'not base64!', Buffer.from('{}').toString('base64url'), Buffer.from('[1,2').toString('base64url')])(
    'the malformed answer %j is rejected',
    async (tokenResponse) => {
      const started = await passkey().prompt(ceremony())
      expect((await passkey().verify(ceremony(), { tokenResponse }, started.state)).type).toBe('rejected')
    },
  )
})

describe('adding a passkey', () => {
  test('asks for a discoverable, verified credential and excludes those there are', async () => {
    await enrolled(ann)
    const own = await passkey().list(cardea.engine, ann.org, ann.id)
    const { prompt } = await passkey().enrol.prompt(ceremony(ann))
    const data =
      prompt.type === 'passkey' ? JSON.parse(Buffer.from(prompt.data.challengeData ?? '', 'base64url').toString()) : {}
    expect(data.publicKeyCredentialCreationOptions).toMatchObject({
      rp: { id: 'localhost' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    expect(data.publicKeyCredentialCreationOptions.excludeCredentials).toHaveLength(own.length)
  })

  test.each<[string, Lies]>([
    ['origin', { origin: 'https://evil.test' }],
    ['RP ID', { rpId: 'evil.test' }],
    ['challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['type', { type: 'webauthn.get' }],
    ['user verification', { userVerified: false }],
    ['request', { requestId: 'another' }],
  ])('T-WAN-01 a wrong %s is rejected', async (_what, lies) => {
    const started = await passkey().enrol.prompt(ceremony(ann))
    const tokenResponse = softwareAuthenticator(origin).create(challengeOf(started), lies)
    expect((await passkey().enrol.verify(ceremony(ann), { tokenResponse }, started.state)).type).toBe('rejected')
  })

  test('T-WAN-01 a credential id belongs to whoever registered it first', async () => {
    const id = Buffer.from('the same credential').toString('base64url')
    const add = async (account: Account) => {
      const started = await passkey().enrol.prompt(ceremony(account))
      const tokenResponse = softwareAuthenticator(origin, id).create(challengeOf(started))
      return passkey().enrol.verify(ceremony(account), { tokenResponse }, started.state)
    }
    expect((await add(ann)).type).toBe('proven')
    expect(await add(bob)).toMatchObject({ type: 'rejected', failure: { code: 'passkey.already_registered' } })
  })

  test('can be renamed and removed by its owner only', async () => {
    await enrolled(ann)
    const [first] = await passkey().list(cardea.engine, ann.org, ann.id)
    if (!first) throw new Error('no passkey')
    expect(await passkey().rename?.(cardea.engine, ann.org, bob.id, first.id, 'Mine')).toBe(false)
    expect(await passkey().rename?.(cardea.engine, ann.org, ann.id, first.id, 'Phone')).toBe(true)
    expect((await passkey().list(cardea.engine, ann.org, ann.id))[0]?.name).toBe('Phone')
    const remove = (account: Account) =>
      cardea.engine.store.unit((unit) => passkey().remove(cardea.engine, unit, account.org, account.id, first.id))
    expect(await remove(bob)).toBe(false)
    expect(await remove(ann)).toBe(true)
  })
})

test('other origins of the deployment’s apps are listed (WebAuthn L3 §5.11)', async () => {
  const response = await cardea.fetch('/.well-known/webauthn')
  expect(await response.json()).toEqual({ origins: [appOrigin] })
})
