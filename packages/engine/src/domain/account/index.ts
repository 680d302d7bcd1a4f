import type { AccountId, OrganizationId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Account, Enrolled, Subject } from './account.ts'
import { accountMigrations } from './store.ts'

export type { Account, Enrolled, Subject } from './account.ts'
export { joinedAccount } from './store.ts'
export { createAccounts } from './verbs.ts'

export interface Accounts {
  readonly find: (org: OrganizationId, id: AccountId) => Promise<Account | undefined>
  /** With everything it has enrolled, oldest first, by one statement. */
  readonly findWithFactors: (org: OrganizationId, id: AccountId) => Promise<Enrolled | undefined>
  /** The same, as it is now; nobody else changes the account until the unit is over. */
  readonly lock: (unit: Unit, org: OrganizationId, id: AccountId) => Promise<Enrolled | undefined>
  /** Across organizations, for a `sub` out of a verified token. From memory: at most 5 s old where signals of other processes fail. */
  readonly findBySubject: (id: AccountId) => Promise<Account | undefined>
  /** By username or e-mail address, in lower case. */
  readonly findByIdentifier: (org: OrganizationId, identifier: string) => Promise<Account | undefined>
  /** The account, or a ghost with a stable made-up id (keyed hash of organization and identifier). A disabled account is a ghost too. */
  readonly identify: (org: OrganizationId, identifier: string) => Promise<Subject>
  /**
   * Keyed hash of the name that somebody is called by, for what strangers can count: the same for an account and for
   * nobody. Of an account it is its username or its address, whichever was typed.
   */
  readonly nameKey: (subject: Subject) => string
  /** Those of all names of an account. */
  readonly nameKeys: (account: Account) => readonly string[]
  readonly list: (org: OrganizationId, page: PageRequest) => Promise<Page<Account>>
  /** Emits `account.created`. Rejects with `api.conflict` when username or e-mail is taken. */
  readonly create: (unit: Unit, account: NewAccount) => Promise<Account>
  /** A new e-mail address is not verified unless `change` says so. Emits `account.updated`, or `account.disabled` / `account.enabled`. */
  readonly update: (
    unit: Unit,
    org: OrganizationId,
    id: AccountId,
    change: AccountChange,
  ) => Promise<Account | undefined>
  /** Emits `account.deleted`; sessions, grants and factors go by their own subscribers or in the same unit. */
  readonly remove: (unit: Unit, org: OrganizationId, id: AccountId) => Promise<boolean>
}

export type NewAccount = Pick<Account, 'org' | 'username'> &
  Partial<Omit<Account, 'org' | 'username' | 'createdAt' | 'updatedAt'>>
export type AccountChange = Partial<Omit<Account, 'id' | 'org' | 'createdAt' | 'updatedAt'>>

export const accountNoun: Feature<Engine> = { id: 'account', migrations: accountMigrations }
