import type { AccountId, FactorId, OrganizationId } from '@cardea/protocol'
import type { StoredFactor } from './factor.ts'

/** Columns of a factor beside those of the row it is joined to. */
export const factorColumns = [
  'factor.org_id as factor_org',
  'factor.id as factor_id',
  'factor.account as factor_account',
  'factor.authenticator as factor_authenticator',
  'factor.name as factor_name',
  'factor.secret as factor_secret',
  'factor.lookup as factor_lookup',
  'factor.counter as factor_counter',
  'factor.created_at as factor_created_at',
  'factor.last_used_at as factor_last_used_at',
] as const

interface JoinedRow {
  readonly factor_org: OrganizationId | null
  readonly factor_id: FactorId | null
  readonly factor_account: AccountId | null
  readonly factor_authenticator: string | null
  readonly factor_name: string | null
  readonly factor_secret: string | null
  readonly factor_lookup: string | null
  readonly factor_counter: number | null
  readonly factor_created_at: number | null
  readonly factor_last_used_at: number | null
}

/** The factor of a joined row; `undefined` where a left join found none. */
export function joinedFactor(row: JoinedRow): StoredFactor | undefined {
  const { factor_id: id, factor_org: org, factor_account: account } = row
  if (id === null || org === null || account === null) return undefined
  return {
    id,
    org,
    account,
    authenticator: row.factor_authenticator ?? '',
    name: row.factor_name ?? undefined,
    secret: row.factor_secret ?? '',
    lookup: row.factor_lookup ?? '',
    counter: row.factor_counter ?? 0,
    createdAt: row.factor_created_at ?? 0,
    lastUsedAt: row.factor_last_used_at ?? undefined,
  }
}
