import type { ApiMe, zMePatch } from '@cardea/protocol'
import type { z } from 'zod'
import type { Account, AccountChange } from '../../domain/account/index.ts'
import { accountView, apiErrors } from '../../domain/api/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { json } from '../../kernel/http/index.ts'
import type { Self } from './self.ts'

export function showProfile({ account }: Self): Response {
  return json(meView(account))
}

/** Only what the schema lists can change: attributes, e-mail and status are not the person's to set (T-AUT-03). */
export async function changeProfile({ org, account, acting, json: body }: Call & Self): Promise<Response> {
  const patch = body as z.infer<typeof zMePatch>
  const cleared = Object.entries(patch).map(([member, value]) => [member, value ?? undefined])
  const change: AccountChange = Object.fromEntries(cleared)
  if (cleared.length === 0) return json(meView(account))
  const changed = await acting.store.unit((unit) => acting.accounts.update(unit, org, account.id, change))
  if (!changed) throw apiErrors('api.not_found', { kind: 'account' })
  return json(meView(changed))
}

function meView(account: Account): ApiMe {
  const { attributes, status, ...me } = accountView(account)
  return me
}
