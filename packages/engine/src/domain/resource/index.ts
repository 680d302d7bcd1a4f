import type { OrganizationId, ResourceId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { Page, PageRequest } from '../page.ts'
import { resourceMigrations } from './store.ts'

export { createResources } from './verbs.ts'

export const resourceNoun: Feature<Engine> = { id: 'resource', migrations: resourceMigrations }

/** An API that access tokens are for (RFC 8707). */
export interface Resource {
  readonly id: ResourceId
  /** `undefined` for Cardea's own API, which is no organization's. */
  readonly org: OrganizationId | undefined
  /** Absolute URI: the value of `resource` in requests and of `aud` in tokens. */
  readonly identifier: string
  readonly name: string
  /** What it lets a caller do; `description` is what a person is asked to agree to. */
  readonly scopes: readonly { readonly name: string; readonly description: string }[]
  /** Seconds; the engine's default when undefined. */
  readonly accessTokenLifetime: number | undefined
}

export type NewResource = Omit<Resource, 'id' | 'org'> & { readonly org: OrganizationId }

export interface Resources {
  /** Cardea's own API, `{publicUrl}/api/v1`; not a row. */
  readonly own: Resource
  /** By identifier, also the own one; cached. */
  readonly find: (identifier: string) => Promise<Resource | undefined>
  /** The APIs that define a scope and that apps of an organization may call; cached. */
  readonly owners: (scope: string, org: OrganizationId) => Promise<readonly Resource[]>
  /** Such an API by its identifier. */
  readonly usable: (identifier: string, org: OrganizationId) => Promise<Resource | undefined>
  /** The organization's own, by id. */
  readonly get: (org: OrganizationId, id: ResourceId) => Promise<Resource | undefined>
  /** In the order of their identifiers. */
  readonly list: (org: OrganizationId, page: PageRequest) => Promise<Page<Resource>>
  /** Emits `resource.created`. Fails with `api.conflict` when the identifier is taken, `api.invalid` for one of ours or for a scope of ours. */
  readonly create: (unit: Unit, resource: NewResource) => Promise<Resource>
  readonly update: (
    unit: Unit,
    org: OrganizationId,
    id: ResourceId,
    change: Partial<Omit<Resource, 'id' | 'org'>>,
  ) => Promise<Resource | undefined>
  readonly remove: (unit: Unit, org: OrganizationId, id: ResourceId) => Promise<boolean>
}
