import type { AccountId, zAccountCreate, zAccountPatch } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { z } from 'zod'
import type { Account, AccountChange } from '../../domain/account/index.ts'
import type { Administrator } from '../../domain/api/index.ts'
import { accountView, actingEngine, apiErrors, pageRequest, pageView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'

export type Owner = { readonly account: Account }

/** The account of the path, if it is the organization's. */
export async function findAccount({ org, params }: Call & Administrator, engine: Engine): Promise<Owner> {
  const id: string | undefined = params.accountId
  const account = isId('account', id) ? await engine.accounts.find(org, id satisfies AccountId) : undefined
  if (!account) throw apiErrors('api.not_found', { kind: 'account' })
  return { account }
}

export async function listAccounts(call: Call & Administrator, engine: Engine): Promise<Response> {
  return json(pageView(await engine.accounts.list(call.org, pageRequest(call)), accountView))
}

export function showAccount({ account }: Owner): Response {
  return json(accountView(account))
}

export async function createAccount({ org, requester, json: body }: Call & Administrator, engine: Engine) {
  const given = body as z.infer<typeof zAccountCreate>
  let created: Account | undefined
  const acting = actingEngine(engine, requester, { after: () => created && accountView(created) })
  const account = await acting.store.unit(async (unit) => {
    created = await acting.accounts.create(unit, { ...present(given), username: given.username, org })
    return created
  })
  return json(accountView(account), 201)
}

export async function changeAccount(state: Call & Administrator & Owner, engine: Engine): Promise<Response> {
  const patch = state.json as z.infer<typeof zAccountPatch>
  const cleared = Object.entries(patch).map(([member, value]) => [member, value ?? undefined])
  return json(accountView(await change(state, engine, Object.fromEntries(cleared))))
}

/** Sessions and grants of a disabled account are refused at once and ended by the event's subscribers. */
export async function disableAccount(state: Administrator & Owner, engine: Engine): Promise<Response> {
  return json(accountView(await change(state, engine, { status: 'disabled' })))
}

export async function enableAccount(state: Administrator & Owner, engine: Engine): Promise<Response> {
  return json(accountView(await change(state, engine, { status: 'active' })))
}

export async function deleteAccount({ org, requester, account }: Administrator & Owner, engine: Engine) {
  const acting = actingEngine(engine, requester, { before: accountView(account), after: () => undefined })
  await acting.store.unit(async (unit) => {
    await acting.grants.revokeAll(unit, org, account.id)
    await acting.sessions.endAll(unit, org, account.id)
    await acting.accounts.remove(unit, org, account.id)
  })
  return empty()
}

async function change(
  { org, requester, account }: Administrator & Owner,
  engine: Engine,
  fields: AccountChange,
): Promise<Account> {
  let changed: Account | undefined
  const acting = actingEngine(engine, requester, {
    before: accountView(account),
    after: () => changed && accountView(changed),
  })
  await acting.store.unit(async (unit) => {
    changed = await acting.accounts.update(unit, org, account.id, fields)
    if (fields.status === 'disabled') {
      await acting.grants.revokeAll(unit, org, account.id)
      await acting.sessions.endAll(unit, org, account.id)
    }
  })
  if (!changed) throw apiErrors('api.not_found', { kind: 'account' })
  return changed
}

function present<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never
}
