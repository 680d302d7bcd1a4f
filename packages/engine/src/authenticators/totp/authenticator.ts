import type { AccountId, OrganizationId } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { StoredFactor } from '../../domain/factor/index.ts'
import type { Authenticator, Ceremony, Params, Verdict } from '../../domain/flow/index.ts'
import { currentCode, matchStep, newSeed, otpauthUri } from './code.ts'
import { totpErrors } from './errors.ts'
import { qrCode } from './qr-code.ts'

const field = { param: 'token', i18nKey: 'totp.authenticator', displayName: 'Code', confidential: false }

const rejected = (): Verdict => ({ type: 'rejected', failure: totpErrors('totp.rejected') })
const proven: Verdict = { type: 'proven', amr: ['otp'] }

/** A seed opens only as this account's. */
const context = (account: AccountId) => `totp:${account}`

const seedOf = (engine: Engine, factor: StoredFactor) => engine.open(factor.secret, context(factor.account))

async function factorOf(engine: Engine, org: OrganizationId, account: AccountId): Promise<StoredFactor | undefined> {
  const [factor] = await engine.factors.of(org, account, 'totp')
  return factor
}

/** Codes of an authenticator app (RFC 6238). One per account; enrolled inside a flow, on the account page, or by configuration. */
export const totp: Authenticator = {
  id: 'totp',
  wire: { name: nativeAuthenticators.totp.wire, displayName: 'TOTP', i18nKey: nativeAuthenticators.totp.i18nKey },
  proves: 'possession',
  withoutSubject: false,
  starts: false,
  enrolled: async (engine, account, factors) =>
    (factors ?? (await engine.factors.of(account.org, account.id))).some((one) => one.authenticator === 'totp'),
  prompt: async () => ({ prompt: { type: 'fields', fields: [field] }, state: null }),
  verify,
  enrol: { prompt: startEnrolment, verify: finishEnrolment },

  list: (engine, org, account) => engine.factors.of(org, account, 'totp'),
  remove: (engine, unit, org, account, id) => engine.factors.remove(unit, org, account, 'totp', id),

  async provision(engine, account, seed) {
    if (!/^[A-Z2-7]{16,128}$/.test(seed)) {
      throw totpErrors('api.invalid', { field: 'totp', reason: 'must be a base32 seed' })
    }
    const factor = await factorOf(engine, account.org, account.id)
    if (factor && (await seedOf(engine, factor)) === seed) return undefined
    const secret = await engine.seal(seed, context(account.id))
    return async (unit) => {
      if (factor) await engine.factors.change(unit, factor, secret)
      else await engine.factors.add(unit, newFactor(account.org, account.id, secret))
    }
  },

  async developmentCode(engine, account) {
    const factor = await factorOf(engine, account.org, account.id)
    return factor && currentCode(await seedOf(engine, factor), engine.now())
  },
}

const newFactor = (org: OrganizationId, account: AccountId, secret: string, counter = 0) => ({
  org,
  account,
  authenticator: 'totp',
  secret,
  lookup: account,
  counter,
})

/** The code as people type it: with spaces, sometimes. */
function codeOf(params: Params): string {
  const token = params.token
  if (token === undefined) throw totpErrors('credential.missing', { name: 'token' })
  return token.replace(/\s/g, '')
}

async function verify({ engine, org, subject }: Ceremony, params: Params): Promise<Verdict> {
  const code = codeOf(params)
  const factor = subject?.type === 'account' ? await factorOf(engine, org, subject.account.id) : undefined
  if (!factor) return rejected()
  const step = matchStep(await seedOf(engine, factor), code, engine.now())
  if (step === undefined) return rejected()
  // RFC 6238 §5.2: a code is accepted once. Whoever moves the counter to this step first has used it.
  const first = await engine.store.unit((unit) => engine.factors.claim(unit, factor, step))
  return first ? proven : rejected()
}

async function startEnrolment({ engine, org, subject }: Ceremony) {
  if (subject?.type !== 'account') throw new Error('only an identified account can enrol an authenticator app')
  const { account } = subject
  const seed = newSeed()
  const issuer = (await engine.organizations.find(org))?.name ?? new URL(engine.publicUrl).host
  const uri = otpauthUri(seed, issuer, account.email ?? account.username)
  const { path, size } = qrCode(uri)
  const data = { enrolment: 'true', secret: seed, otpauthUri: uri, qrCode: path, qrCodeSize: String(size) }
  return {
    prompt: { type: 'fields', fields: [field], data } as const,
    state: { seed: await engine.seal(seed, context(account.id)) },
  }
}

async function finishEnrolment(ceremony: Ceremony, params: Params, state: unknown): Promise<Verdict> {
  const { engine, org, subject, flow, replaced } = ceremony
  const code = codeOf(params)
  const sealed = sealedSeed(state)
  if (subject?.type !== 'account' || sealed === undefined) return rejected()
  const { id } = subject.account
  const step = matchStep(await engine.open(sealed, context(id)), code, engine.now())
  if (step === undefined) return rejected()
  const existing = await factorOf(engine, org, id)
  // A sign-in enrols those who have none; whoever got one meanwhile is asked for its code.
  if (existing && flow !== undefined) return rejected()
  const stored = await engine.store.unit(async (unit) => {
    if (!existing) return (await engine.factors.add(unit, newFactor(org, id, sealed, step))) !== undefined
    if (!(await engine.factors.change(unit, existing, sealed))) return false
    await engine.factors.claim(unit, existing, step)
    await replaced?.(unit)
    return true
  })
  return stored ? proven : rejected()
}

function sealedSeed(state: unknown): string | undefined {
  return typeof state === 'object' && state !== null && 'seed' in state && typeof state.seed === 'string'
    ? state.seed
    : undefined
}
