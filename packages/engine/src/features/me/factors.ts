import type { zFactorPatch } from '@cardea/protocol'
import type { z } from 'zod'
import type { Account } from '../../domain/account/index.ts'
import { apiErrors, factorView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Authenticator, Factor } from '../../domain/flow/index.ts'
import { authenticators, defaultPolicy } from '../../domain/flow/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'
import type { Self } from './self.ts'

interface Owned {
  readonly factor: Factor
  readonly authenticator: Authenticator
}

export async function listFactors({ account }: Self, engine: Engine): Promise<Response> {
  const owned = await factorsOf(engine, account)
  const enrollable = [...engine.contributed(authenticators).values()].filter(
    (one) => one.enrol && one.proves !== 'identity',
  )
  return json({
    items: owned.map(({ factor, authenticator }) => factorView(factor, authenticator)),
    enrollable: enrollable.map((one) => one.id),
  })
}

/** The factor of the path, if it is the person's. */
export async function ownFactor({ account, params }: Call & Self, engine: Engine): Promise<Owned> {
  const owned = (await factorsOf(engine, account)).find(({ factor }) => factor.id === params.factorId)
  if (!owned) throw apiErrors('api.not_found', { kind: 'factor' })
  return owned
}

export async function renameFactor({ org, account, acting, factor, authenticator, json: body }: Call & Self & Owned) {
  const { name } = body as z.infer<typeof zFactorPatch>
  if (!authenticator.rename) throw apiErrors('api.invalid', { field: 'name', reason: 'cannot be given to this factor' })
  if (!(await authenticator.rename(acting, org, account.id, factor.id, name)))
    throw apiErrors('api.not_found', { kind: 'factor' })
  return json(factorView({ ...factor, name }, authenticator))
}

/** Other sessions end with the factor: they may rest on it (ASVS 7.4.3). */
export async function removeFactor({ org, account, session, acting, factor, authenticator }: Self & Owned) {
  await keepAWayIn(acting, account, { factor, authenticator })
  if (!(await authenticator.remove(acting, org, account.id, factor.id)))
    throw apiErrors('api.not_found', { kind: 'factor' })
  await acting.store.unit(async (unit) => {
    await acting.grants.revokeAll(unit, org, account.id, session)
    await acting.sessions.endAll(unit, org, account.id, session)
  })
  return empty()
}

export async function factorsOf(engine: Engine, { org, id }: Account): Promise<readonly Owned[]> {
  const lists = [...engine.contributed(authenticators).values()].map(async (authenticator) =>
    (await authenticator.list(engine, org, id)).map((factor) => ({ factor, authenticator })),
  )
  return (await Promise.all(lists)).flat()
}

/** Refuses to remove the only enrolled alternative of a step that everybody must pass. */
async function keepAWayIn(engine: Engine, account: Account, { factor, authenticator }: Owned): Promise<void> {
  const organization = await engine.organizations.find(account.org)
  const { steps } = organization?.signInPolicy ?? defaultPolicy
  const mine = await authenticator.list(engine, account.org, account.id)
  if (mine.some((other) => other.id !== factor.id)) return
  const known = engine.contributed(authenticators)
  for (const step of steps) {
    if (step.when || !step.alternatives.includes(authenticator.id)) continue
    const others = step.alternatives.filter((id) => id !== authenticator.id).map((id) => known.get(id))
    const enrolled = await Promise.all(others.map((one) => one?.enrolled(engine, account) ?? false))
    if (!enrolled.includes(true)) throw apiErrors('api.last_factor')
  }
}
