import type { OrganizationId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Organization } from './organization.ts'
import { organizationMigrations } from './store.ts'

export type { Organization } from './organization.ts'
export { createOrganizations } from './verbs.ts'

export const organizationNoun: Feature<Engine> = { id: 'organization', migrations: organizationMigrations }

export interface Organizations {
  /** The deployment's root; made at the first start. Cached. */
  readonly root: () => Promise<Organization>
  /** By id or handle; cached. */
  readonly find: (idOrHandle: string) => Promise<Organization | undefined>
  readonly list: (parent: OrganizationId, page: PageRequest) => Promise<Page<Organization>>
  /** Rejects with `api.conflict` when the handle is taken, `api.invalid` when the policy names what does not exist. */
  readonly create: (
    unit: Unit,
    organization: Omit<Organization, 'id'> & { readonly id?: OrganizationId },
  ) => Promise<Organization>
  /** Rejects as `create` does. */
  readonly update: (
    unit: Unit,
    id: OrganizationId,
    change: Partial<Omit<Organization, 'id' | 'parent'>>,
  ) => Promise<Organization | undefined>
}
