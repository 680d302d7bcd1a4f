import type { Administrator } from '../../domain/api/index.ts'
import { actingEngine, apiErrors, factorView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'
import type { Owner } from './accounts.ts'

const notFound = () => apiErrors('api.not_found', { kind: 'factor' })

export async function listFactors({ org, account }: Administrator & Owner, engine: Engine): Promise<Response> {
  const items = []
  for (const authenticator of engine.contributed(authenticators).values()) {
    const factors = await authenticator.list(engine, org, account.id)
    items.push(...factors.map((factor) => factorView(factor, authenticator)))
  }
  return json({ items })
}

/** For a person who has lost a device. It ends the sessions, which may rest on the factor. */
export async function removeFactor(
  { org, requester, account, params }: Call & Administrator & Owner,
  engine: Engine,
): Promise<Response> {
  for (const authenticator of engine.contributed(authenticators).values()) {
    const factors = await authenticator.list(engine, org, account.id)
    const factor = factors.find((one) => one.id === params.factorId)
    if (!factor) continue
    const before = factorView(factor, authenticator)
    const acting = actingEngine(engine, requester, { before, after: () => undefined })
    await acting.store.unit(async (unit) => {
      // The person may be removing another one, which must stay if this one goes.
      await acting.accounts.lock(unit, org, account.id)
      if (!(await authenticator.remove(acting, unit, org, account.id, factor.id))) throw notFound()
      await acting.grants.revokeAll(unit, org, account.id)
      await acting.sessions.endAll(unit, org, account.id)
    })
    return empty()
  }
  throw notFound()
}
