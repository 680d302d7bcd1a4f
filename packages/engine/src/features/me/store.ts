import type { AccountId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Migration, Store, Unit } from '../../kernel/store/index.ts'
import { column } from '../../kernel/store/index.ts'

/** An enrolment that was started on the account page and waits for its answer. */
interface EnrolmentTable {
  org_id: OrganizationId
  /** SHA-256 of the handle. */
  id_hash: string
  account: AccountId
  /** The session it was started in. */
  session: SessionId
  authenticator: string
  /** The authenticator's state, sealed. */
  state: string
  attempts: number
  expires_at: number
}
export type Enrolment = Omit<EnrolmentTable, 'org_id'>

declare module '../../kernel/store/store.ts' {
  interface Tables {
    enrolment: EnrolmentTable
  }
}

export const enrolmentMigrations: readonly Migration[] = [
  {
    id: 'enrolment-0001-create',
    async up(db) {
      await db.schema
        .createTable('enrolment')
        .addColumn('org_id', column.text, (c) => c.notNull())
        .addColumn('id_hash', column.text, (c) => c.primaryKey())
        .addColumn('account', column.text, (c) => c.notNull())
        .addColumn('session', column.text, (c) => c.notNull())
        .addColumn('authenticator', column.text, (c) => c.notNull())
        .addColumn('state', column.text, (c) => c.notNull())
        .addColumn('attempts', column.integer, (c) => c.notNull())
        .addColumn('expires_at', column.time, (c) => c.notNull())
        .execute()
      await db.schema.createIndex('enrolment_expiry').on('enrolment').columns(['expires_at']).execute()
      await db.schema.createIndex('enrolment_account').on('enrolment').columns(['org_id', 'account']).execute()
    },
  },
]

/** Replaces what the person has started before with the same authenticator. */
export async function startEnrolment(unit: Unit, org: OrganizationId, enrolment: Enrolment): Promise<void> {
  const { account, authenticator } = enrolment
  await unit
    .in(org)
    .deleteFrom('enrolment')
    .where('account', '=', account)
    .where('authenticator', '=', authenticator)
    .execute()
  await keepEnrolment(unit, org, enrolment)
}

/** Puts an enrolment back for another try. */
export async function keepEnrolment(unit: Unit, org: OrganizationId, enrolment: Enrolment): Promise<void> {
  await unit
    .in(org)
    .insertInto('enrolment')
    .values({ org_id: org, ...enrolment })
    .execute()
}

/** Takes the enrolment away; of callers at the same time one gets it. */
export async function consumeEnrolment(
  unit: Unit,
  org: OrganizationId,
  { idHash, account, session }: { readonly idHash: string; readonly account: AccountId; readonly session: SessionId },
): Promise<Enrolment | undefined> {
  return unit
    .in(org)
    .deleteFrom('enrolment')
    .where('id_hash', '=', idHash)
    .where('account', '=', account)
    .where('session', '=', session)
    .returningAll()
    .executeTakeFirst()
}

export async function removeExpiredEnrolments(store: Store, now: number): Promise<void> {
  await store.unit(async (unit) => {
    await unit
      .across('forget enrolments nobody finished')
      .deleteFrom('enrolment')
      .where('expires_at', '<', now)
      .execute()
  })
}
