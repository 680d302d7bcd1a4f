import type { OrganizationId, ResourceId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Resource } from './resource.ts'
import { resourceMigrations } from './store.ts'

export type { Resource, ResourceScope } from './resource.ts'
export { createResources } from './verbs.ts'

export const resourceNoun: Feature<Engine> = { id: 'resource', migrations: resourceMigrations }

export type NewResource = Omit<Resource, 'id' | 'org'> & { readonly org: OrganizationId }

export interface Resources {
  /** Every scope of Cardea's own API, `{publicUrl}/api/v1`, which is not a row. */
  readonly own: () => Promise<Resource>
  /** By identifier, also the own one; cached. */
  readonly find: (identifier: string) => Promise<Resource | undefined>
  /** The APIs that define a scope, also the own one; cached. */
  readonly owners: (scope: string) => Promise<readonly Resource[]>
  readonly list: (org: OrganizationId, page: PageRequest) => Promise<Page<Resource>>
  /** Emits `resource.created`. Fails with `api.conflict` when the identifier is taken, `api.invalid` for a scope of the own API. */
  readonly create: (unit: Unit, resource: NewResource) => Promise<Resource>
  readonly update: (
    unit: Unit,
    org: OrganizationId,
    id: ResourceId,
    change: Partial<Omit<Resource, 'id' | 'org' | 'builtIn'>>,
  ) => Promise<Resource | undefined>
  readonly remove: (unit: Unit, org: OrganizationId, id: ResourceId) => Promise<boolean>
}
