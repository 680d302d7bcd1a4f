import type { zFactorPatch } from '@cardea/protocol'
import type { z } from 'zod'
import type { Account, Enrolled } from '../../domain/account/index.ts'
import { apiErrors, factorView } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Authenticator, Factor, SignInPolicy } from '../../domain/flow/index.ts'
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

/** Under the account's lock: of two that are removed at once, the second is judged by what the first has left. */
export async function removeFactor({ org, account, session, acting, factor, authenticator }: Self & Owned) {
  const { signInPolicy = defaultPolicy } = (await acting.organizations.find(org)) ?? {}
  await acting.store.unit(async (unit) => {
    const before = await acting.accounts.lock(unit, org, account.id)
    if (!before || !(await authenticator.remove(acting, unit, org, account.id, factor.id)))
      throw apiErrors('api.not_found', { kind: 'factor' })
    const left = { ...before, factors: before.factors.filter(({ id }) => id !== factor.id) }
    await keepAWayIn(acting, signInPolicy, left, authenticator.id)
    // Other sessions end with the factor: they may rest on it (ASVS 7.4.3).
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

/** Refuses to go on without an enrolled alternative of a step that everybody must pass, if the removed one was one. */
async function keepAWayIn(engine: Engine, { steps }: SignInPolicy, { account, factors }: Enrolled, removed: string) {
  const known = engine.contributed(authenticators)
  for (const { when, alternatives } of steps) {
    if (when || !alternatives.includes(removed)) continue
    const enrolled = alternatives.map((id) => known.get(id)?.enrolled(engine, account, factors))
    if (!(await Promise.all(enrolled)).includes(true)) throw apiErrors('api.last_factor')
  }
}
