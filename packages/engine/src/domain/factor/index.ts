import type { AccountId, FactorId, OrganizationId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { StoredFactor } from './factor.ts'
import {
  claimCounter,
  deleteFactor,
  deleteFactors,
  factorMigrations,
  factorsOf,
  findFactor,
  insertFactor,
  updateFactor,
} from './store.ts'

export type { StoredFactor } from './factor.ts'
export { factorColumns, joinedFactor } from './joined.ts'

type NewFactor = Pick<StoredFactor, 'org' | 'account' | 'authenticator' | 'secret' | 'lookup'> &
  Partial<Pick<StoredFactor, 'name' | 'counter'>>

/** Where authenticators keep what people have enrolled. Only the authenticator a factor belongs to reads its secret. */
export interface Factors {
  /** Oldest first; of one authenticator, or all. */
  readonly of: (org: OrganizationId, account: AccountId, authenticator?: string) => Promise<readonly StoredFactor[]>
  readonly find: (org: OrganizationId, authenticator: string, lookup: string) => Promise<StoredFactor | undefined>
  /** Emits `factor.added`; `undefined` when `lookup` is taken. */
  readonly add: (unit: Unit, factor: NewFactor) => Promise<StoredFactor | undefined>
  /** A new secret for the same factor. Emits `factor.changed`. */
  readonly change: (unit: Unit, factor: StoredFactor, secret: string) => Promise<boolean>
  /** The same credential under better parameters (a stronger hash): nothing a person would call a change. */
  readonly rewrite: (unit: Unit, factor: StoredFactor, secret: string) => Promise<boolean>
  /** Moves the counter up and notes the use; `false` when it was there already. Exactly one caller gets `true`. */
  readonly claim: (unit: Unit, factor: StoredFactor, counter: number) => Promise<boolean>
  /** Notes the use without a rule about the counter. */
  readonly use: (unit: Unit, factor: StoredFactor, counter: number) => Promise<void>
  readonly rename: (unit: Unit, org: OrganizationId, id: FactorId, name: string) => Promise<boolean>
  /** Emits `factor.removed`. */
  readonly remove: (
    unit: Unit,
    org: OrganizationId,
    account: AccountId,
    authenticator: string,
    id: FactorId,
  ) => Promise<boolean>
}

export function createFactors(kernel: Kernel): Factors {
  const { store, now, random } = kernel
  const event = (type: string, factor: Pick<StoredFactor, 'org' | 'id' | 'account' | 'authenticator'>) => ({
    type,
    org: factor.org,
    actor: { type: 'account', id: factor.account } as const,
    target: factor.id,
    data: { authenticator: factor.authenticator, account: factor.account },
  })

  return {
    of: (org, account, authenticator) => factorsOf(store, org, account, authenticator),
    find: (org, authenticator, lookup) => findFactor(store, org, authenticator, lookup),

    async add(unit, given) {
      const added = await insertFactor(unit, {
        name: undefined,
        counter: 0,
        ...given,
        id: `fac_${random(16)}`,
        createdAt: now(),
        lastUsedAt: undefined,
      })
      if (added) await unit.emit(event('factor.added', added))
      return added
    },

    async change(unit, factor, secret) {
      const changed = await updateFactor(unit, factor.org, factor.id, { secret, counter: 0 })
      if (changed) await unit.emit(event('factor.changed', factor))
      return changed
    },

    rewrite: (unit, factor, secret) => updateFactor(unit, factor.org, factor.id, { secret }),
    claim: (unit, factor, counter) => claimCounter(unit, factor.org, factor.id, counter, now()),

    async use(unit, factor, counter) {
      await updateFactor(unit, factor.org, factor.id, { counter, last_used_at: now() })
    },

    rename: (unit, org, id, name) => updateFactor(unit, org, id, { name }),

    async remove(unit, org, account, authenticator, id) {
      const removed = await deleteFactor(unit, org, account, authenticator, id)
      if (removed) await unit.emit(event('factor.removed', { org, id, account, authenticator }))
      return removed
    },
  }
}

export const factorNoun: Feature<Engine> = {
  id: 'factor',
  migrations: factorMigrations,
  subscribers: [
    {
      name: 'factor-of-deleted-account',
      types: ['account.deleted'],
      async handle(engine, event) {
        const account = event.target
        if (isId('account', account)) {
          await engine.store.unit((unit) => deleteFactors(unit, event.org, account))
        }
      },
    },
  ],
}
