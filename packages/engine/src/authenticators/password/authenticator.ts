import { nativeAuthenticators } from '@cardea/protocol'
import type { Account, Subject } from '../../domain/account/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { StoredFactor } from '../../domain/factor/index.ts'
import type { Authenticator, Ceremony, Params, Verdict } from '../../domain/flow/index.ts'
import { passwordErrors } from './errors.ts'
import { longest, refusal } from './rules.ts'

const { wire, i18nKey } = nativeAuthenticators.password

const username = { param: 'username', i18nKey: 'username.param', displayName: 'Username', confidential: false }
const password = { param: 'password', i18nKey: 'password.param', displayName: 'Password', confidential: true }

async function factorOf(engine: Engine, account: Account): Promise<StoredFactor | undefined> {
  const [factor] = await engine.factors.of(account.org, account.id, 'password')
  return factor
}

/** What a person remembers; at most one per account. Asked together with the username where nobody is known yet. */
export const passwordAuthenticator: Authenticator = {
  id: 'password',
  wire: { name: wire, displayName: 'Username & Password', i18nKey },
  proves: 'knowledge',
  withoutSubject: true,
  starts: false,

  enrolled: async (engine, account, factors) =>
    (factors ?? (await engine.factors.of(account.org, account.id, 'password'))).some(
      (factor) => factor.authenticator === 'password',
    ),

  prompt: async ({ subject }) => ({
    prompt: { type: 'fields', fields: subject ? [password] : [username, password] },
    state: null,
  }),

  subjectOf: ({ engine, org }, params) => engine.accounts.identify(org, (params.username ?? '').slice(0, 320)),
  verify,
  list: (engine, org, account) => engine.factors.of(org, account, 'password'),
  remove: (engine, unit, org, account, id) => engine.factors.remove(unit, org, account, 'password', id),

  async provision(engine, account, value) {
    const factor = await factorOf(engine, account)
    if (factor && (await engine.passwords.verify(factor.secret, value))) return undefined
    const organization = await engine.organizations.find(account.org)
    const failure = refusal(value, account, organization?.name)
    if (failure) throw failure
    const secret = await engine.passwords.hash(value)
    const { org, id } = account
    return async (unit) => {
      if (factor) await engine.factors.change(unit, factor, secret)
      else await engine.factors.add(unit, { org, account: id, authenticator: 'password', secret, lookup: id })
    }
  },
}

/** One read and one hash, whoever it is about. */
async function verify({ engine, org, subject, factors }: Ceremony, params: Params): Promise<Verdict> {
  const given = params.password ?? ''
  const own = factors ? await factors() : await engine.factors.of(org, idOf(subject), 'password')
  const factor = own.find((one) => one.authenticator === 'password')
  // Longer than any password can be: hashed all the same, up to what one could have.
  const matches = await engine.passwords.verify(factor?.secret, given.slice(0, longest * 4))
  if (!matches || !factor || subject?.type !== 'account') {
    return { type: 'rejected', failure: passwordErrors('password.rejected') }
  }
  if (engine.passwords.isOutdated(factor.secret)) {
    const secret = await engine.passwords.hash(given)
    await engine.store.unit((unit) => engine.factors.rewrite(unit, factor, secret))
  }
  return { type: 'proven', amr: ['pwd'], subject }
}

function idOf(subject: Subject | undefined) {
  if (!subject) return 'usr_nobody'
  return subject.type === 'account' ? subject.account.id : subject.id
}
