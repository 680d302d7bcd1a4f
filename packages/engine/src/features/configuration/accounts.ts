import type { AccountConfig, AccountId } from '@cardea/protocol'
import type { Account } from '../../domain/account/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Context } from './apply.ts'
import type { Done } from './difference.ts'
import { defined, difference } from './difference.ts'

type Write = (unit: Unit) => Promise<unknown>

export async function applyAccount(context: Context, declared: AccountConfig): Promise<Done> {
  const { engine } = context
  const { organization, password, totp, ...rest } = declared
  const org = (await context.organization(organization)).id
  const wanted = defined(rest)
  const name = `account ${declared.username}`
  const known = await engine.accounts.findByIdentifier(org, declared.username.toLowerCase())
  if (known && known.username.toLowerCase() !== declared.username.toLowerCase())
    throw new Error(`username: is the e-mail address of the account ${known.username}`)
  const id: AccountId = known?.id ?? `usr_${engine.random(16)}`
  const account = known ?? { ...blank, ...wanted, id, org, createdAt: engine.now(), updatedAt: engine.now() }

  const writes: Write[] = []
  const { username, ...others } = wanted
  const moved = others.email !== undefined && others.email !== known?.email
  // Said of a new address, `emailVerified` is a change although the one before was verified.
  const change = known && difference(others, moved ? { ...known, emailVerified: false } : known)
  if (!known) writes.push((unit) => engine.accounts.create(unit, { ...wanted, id, org }))
  if (change) writes.push((unit) => engine.accounts.update(unit, org, id, change))
  const members = Object.keys(change ?? {})
  for (const [authenticator, value] of Object.entries({ password, totp })) {
    if (value === undefined) continue
    const write = await credential(context, authenticator, account, value)
    if (!write) continue
    writes.push(write)
    members.push(authenticator)
  }
  if (writes.length === 0) return { name, outcome: 'unchanged' }
  await engine.store.unit(async (unit) => {
    for (const write of writes) await write(unit)
  })
  return known ? { name, outcome: 'updated', members } : { name, outcome: 'created' }
}

const blank = {
  email: undefined,
  emailVerified: false,
  name: undefined,
  givenName: undefined,
  familyName: undefined,
  picture: undefined,
  locale: undefined,
  zoneinfo: undefined,
  attributes: {},
  status: 'active',
} as const

/** How the account gets this credential; `undefined` when it has exactly this one. */
async function credential(
  { engine }: Context,
  id: string,
  account: Account,
  value: string,
): Promise<Write | undefined> {
  const authenticator = engine.contributed(authenticators).get(id)
  if (!authenticator?.provision) throw new Error(`${id}: this deployment has no authenticator '${id}'`)
  return authenticator.provision(engine, account, value)
}
