import type { OrganizationId } from '@cardea/protocol'
import type { Migration, Queries, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'

/** Ids of tokens (`jti`) and grants that must not be accepted although tokens with them have not expired. */
interface TokenDenialTable {
  org_id: OrganizationId
  id: string
  denied_at: number
  until: number
}

declare module '../../kernel/store/store.ts' {
  interface Tables {
    token_denial: TokenDenialTable
  }
}

export const tokenMigrations: readonly Migration[] = [
  {
    id: 'token-0001-denials',
    async up(db) {
      await db.schema
        .createTable('token_denial')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id', column.text, (c) => c.primaryKey())
        .addColumn('denied_at', column.time, (c) => c.notNull())
        .addColumn('until', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('token_denial_by_time').on('token_denial').column('denied_at').execute()
      await db.schema.createIndex('token_denial_by_end').on('token_denial').column('until').execute()
    },
  },
]

export async function insertDenial(unit: Unit, denial: TokenDenialTable): Promise<void> {
  await unit
    .in(denial.org_id)
    .insertInto('token_denial')
    .values(denial)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Denials made since a time that still matter. */
export async function listDenials(queries: Queries, since: number, now: number) {
  return queries
    .across('keep the revoked tokens of all organizations in memory')
    .selectFrom('token_denial')
    .select(['id', 'until'])
    .where('denied_at', '>=', since)
    .where('until', '>=', now)
    .execute()
}

export function forgetDenials(unit: Unit, now: number, limit: number) {
  return unit
    .across('forget revoked tokens that have expired')
    .deleteFrom('token_denial')
    .where('id', 'in', (eb) =>
      eb.selectFrom('token_denial').select('id').where('until', '<', now).orderBy('until').limit(limit),
    )
    .returning('id')
    .execute()
}
