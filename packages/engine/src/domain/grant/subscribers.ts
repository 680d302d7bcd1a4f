import type { AccountId, ClientId, OrganizationId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Event, Subscriber } from '../../kernel/events/index.ts'
import type { Engine } from '../engine.ts'
import { deleteConsents } from './consent-store.ts'
import { endGrants } from './revoke.ts'
import type { GrantFilter } from './store.ts'
import { organizationsOf } from './store.ts'

/** What ends grants from outside: their account or app. Repeating one of these does nothing more. */
export const grantSubscribers: readonly Subscriber<Engine>[] = [
  {
    name: 'grant.account',
    types: ['account.disabled', 'account.deleted'],
    handle: async (engine, event) => {
      const account = event.target
      if (isId('account', account)) await accountChanged(engine, event, account)
    },
  },
  {
    name: 'grant.client-deleted',
    types: ['client.deleted'],
    handle: async (engine, event) => {
      const client = event.target
      if (isId('client', client)) await clientDeleted(engine, client)
    },
  },
]

async function accountChanged(engine: Engine, event: Event, account: AccountId): Promise<void> {
  await end(engine, event.org, { account }, event.type.replace('.', '_'))
  if (event.type !== 'account.deleted') return
  await engine.store.unit(async (unit) => {
    await deleteConsents(unit, event.org, account)
  })
}

async function clientDeleted(engine: Engine, client: ClientId): Promise<void> {
  for (const org of await organizationsOf(engine.store, client)) await end(engine, org, { client }, 'client_deleted')
}

function end(engine: Engine, org: OrganizationId, filter: GrantFilter, reason: string): Promise<number> {
  return engine.store.unit((unit) => endGrants(engine, unit, org, filter, reason))
}
