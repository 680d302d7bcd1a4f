import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Account } from '../../domain/account/index.ts'
import type { Authenticator, Ceremony, Started } from '../../domain/flow/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'
import { currentCode } from './code.ts'

describe.each(['sqlite', 'postgres'] as const)('an authenticator app on %s', (store) => {
  let cardea: TestEngine
  let totp: Authenticator & Required<Pick<Authenticator, 'enrol' | 'provision' | 'developmentCode'>>
  let ann: Account
  let bob: Account
  let cal: Account
  let crowd: readonly Account[]

  beforeAll(async () => {
    const names = ['ann', 'bob', 'cal', 'dee', 'eli', 'fay', 'gus', 'hal']
    cardea = await testEngine({ store, config: { accounts: names.map((username) => ({ username })) } })
    const found = cardea.engine.contributed(authenticators).get('totp')
    if (!found?.enrol || !found.provision || !found.developmentCode) throw new Error('no totp')
    totp = { ...found, enrol: found.enrol, provision: found.provision, developmentCode: found.developmentCode }
    const { id } = await cardea.engine.organizations.root()
    const [first, second, third, ...others] = await Promise.all(
      names.map((name) => cardea.engine.accounts.findByIdentifier(id, name)),
    )
    if (!first || !second || !third) throw new Error('no accounts')
    ann = first
    bob = second
    cal = third
    crowd = others.filter((one) => one !== undefined)
  })
  afterAll(() => cardea.close())

  const ceremony = (account: Account): Ceremony => ({
    engine: cardea.engine,
    org: account.org,
    subject: { type: 'account', account },
    origins: [],
    locale: 'en',
  })
  const dataOf = ({ prompt }: Started) => (prompt.type === 'fields' ? (prompt.data ?? {}) : {})
  const nextStep = () => cardea.clock.advance(30_000)

  /** Enrols and gives the seed; the step of the confirming code is over. */
  async function enrolled(account: Account): Promise<string> {
    const started = await totp.enrol.prompt(ceremony(account))
    const seed = dataOf(started).secret ?? ''
    const token = currentCode(seed, cardea.clock.now())
    expect(await totp.enrol.verify(ceremony(account), { token }, started.state)).toMatchObject({
      type: 'proven',
      amr: ['otp'],
    })
    nextStep()
    return seed
  }

  test('enrolment shows the key, its URI and a QR code, and keeps the seed sealed', async () => {
    const started = await totp.enrol.prompt(ceremony(ann))
    const data = dataOf(started)
    expect(data).toMatchObject({ enrolment: 'true', otpauthUri: expect.stringContaining(data.secret ?? '-') })
    expect(data.qrCode).toMatch(/^M/)
    expect(JSON.stringify(started.state)).not.toContain(data.secret)
    expect(await totp.enrolled(cardea.engine, ann)).toBe(false)
    expect(await totp.enrol.verify(ceremony(ann), { token: '000000' }, started.state)).toMatchObject({
      type: 'rejected',
      failure: { code: 'totp.rejected' },
    })
    expect(await totp.enrolled(cardea.engine, ann)).toBe(false)
    const seed = await enrolled(ann)
    expect(await totp.enrolled(cardea.engine, ann)).toBe(true)
    const rows = await cardea.engine.store
      .in(ann.org)
      .selectFrom('factor')
      .selectAll()
      .where('account', '=', ann.id)
      .execute()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(seed)
  })

  test('an enrolment started for one person cannot be finished for another', async () => {
    const started = await totp.enrol.prompt(ceremony(ann))
    const token = currentCode(dataOf(started).secret ?? '', cardea.clock.now())
    await expect(totp.enrol.verify(ceremony(bob), { token }, started.state)).rejects.toThrow()
    expect(await totp.enrolled(cardea.engine, bob)).toBe(false)
  })

  test('T-BRU-01 of fifty callers with the same right code one is let in, and nobody after', async () => {
    const token = currentCode(await enrolled(ann), cardea.clock.now())
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => totp.verify(ceremony(ann), { token }, null)))
    expect(verdicts.filter(({ type }) => type === 'proven')).toHaveLength(1)
    expect((await totp.verify(ceremony(ann), { token }, null)).type).toBe('rejected')
  })

  test('the code that confirmed the enrolment does not sign in', async () => {
    const started = await totp.enrol.prompt(ceremony(ann))
    const token = currentCode(dataOf(started).secret ?? '', cardea.clock.now())
    await totp.enrol.verify(ceremony(ann), { token }, started.state)
    expect((await totp.verify(ceremony(ann), { token }, null)).type).toBe('rejected')
    nextStep()
  })

  test('enrolling again replaces the key; one account has one', async () => {
    const before = await enrolled(ann)
    const after = await enrolled(ann)
    expect((await totp.verify(ceremony(ann), { token: currentCode(before, cardea.clock.now()) }, null)).type).toBe(
      'rejected',
    )
    expect((await totp.verify(ceremony(ann), { token: currentCode(after, cardea.clock.now()) }, null)).type).toBe(
      'proven',
    )
    expect(await totp.list(cardea.engine, ann.org, ann.id)).toHaveLength(1)
  })

  test('a sign-in that was shown a key replaces none that was enrolled meanwhile', async () => {
    const signingIn: Ceremony = { ...ceremony(cal), flow: `flw_${'a'.repeat(43)}` }
    const late = await totp.enrol.prompt(signingIn)
    const seed = await enrolled(cal)
    const code = (key: string) => ({ token: currentCode(key, cardea.clock.now()) })
    const answer = code(dataOf(late).secret ?? '')
    expect((await totp.enrol.verify(signingIn, answer, late.state)).type).toBe('rejected')
    expect((await totp.verify(ceremony(cal), code(seed), null)).type).toBe('proven')
  })

  test('of two enrolments that are finished at the same moment one is accepted: the one that is kept', async () => {
    for (const account of crowd) {
      const started = await Promise.all([1, 2].map(() => totp.enrol.prompt(ceremony(account))))
      const answers = started.map((one) => ({ token: currentCode(dataOf(one).secret ?? '', cardea.clock.now()) }))
      const verdicts = await Promise.all(
        started.map(({ state }, index) => totp.enrol.verify(ceremony(account), answers[index] ?? {}, state)),
      )
      expect(verdicts.map(({ type }) => type).sort()).toEqual(['proven', 'rejected'])
      nextStep()
      const kept = started[verdicts.findIndex(({ type }) => type === 'proven')]
      const token = currentCode((kept && dataOf(kept).secret) ?? '', cardea.clock.now())
      expect((await totp.verify(ceremony(account), { token }, null)).type).toBe('proven')
    }
  })

  test('a fixed seed is provisioned once and its code can be shown in development', async () => {
    const seed = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    const write = await totp.provision(cardea.engine, bob, seed)
    if (!write) throw new Error('nothing to write')
    await cardea.engine.store.unit(write)
    expect(await totp.provision(cardea.engine, bob, seed)).toBeUndefined()
    expect(await totp.developmentCode(cardea.engine, bob)).toBe(currentCode(seed, cardea.clock.now()))
    await expect(totp.provision(cardea.engine, bob, 'not base32')).rejects.toThrow('api.invalid')
  })

  test('removed, it neither signs in nor counts as enrolled', async () => {
    const seed = await enrolled(ann)
    const [factor] = await totp.list(cardea.engine, ann.org, ann.id)
    if (!factor) throw new Error('no factor')
    const remove = (account: Account) =>
      cardea.engine.store.unit((unit) => totp.remove(cardea.engine, unit, account.org, account.id, factor.id))
    expect(await remove(bob)).toBe(false)
    expect(await remove(ann)).toBe(true)
    expect(await totp.enrolled(cardea.engine, ann)).toBe(false)
    expect((await totp.verify(ceremony(ann), { token: currentCode(seed, cardea.clock.now()) }, null)).type).toBe(
      'rejected',
    )
  })
})
