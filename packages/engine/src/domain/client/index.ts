import type { ClientId, OrganizationId } from '@cardea/protocol'
import type { Call } from '../../kernel/http/call.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Client, ClientAuthMethod } from './client.ts'

export type { Client, ClientAuthMethod, Profile } from './client.ts'

/** A client that proved who it is (or a public one that named itself: `none`). */
export interface AuthenticatedClient {
  readonly client: Client
  readonly method: ClientAuthMethod
}

export interface Clients {
  /** By wire name, active ones only; cached, invalidated by signals. */
  readonly find: (clientId: string) => Promise<Client | undefined>
  readonly get: (org: OrganizationId, id: ClientId) => Promise<Client | undefined>
  /** RFC 6749 §2.3: exactly one method, the registered one. Fails with `client.authentication_failed` (401). */
  readonly authenticate: (call: Call) => Promise<AuthenticatedClient>
  /** Whether the call carries client authentication at all. */
  readonly presents: (call: Call) => boolean
  readonly list: (org: OrganizationId, page: PageRequest) => Promise<Page<Client>>
  /** Validates the registration (`api.invalid` names the field) and emits `client.created`. */
  readonly create: (unit: Unit, client: NewClient) => Promise<Client>
  readonly update: (unit: Unit, org: OrganizationId, id: ClientId, change: Partial<NewClient>) => Promise<Client | undefined>
  readonly remove: (unit: Unit, org: OrganizationId, id: ClientId) => Promise<boolean>
  /** Adds a new secret and returns it once; the one before stays valid until it is removed. */
  readonly addSecret: (unit: Unit, org: OrganizationId, id: ClientId) => Promise<string | undefined>
}

export type NewClient = Pick<Client, 'org' | 'name' | 'redirectUris' | 'authMethod'> &
  Partial<Omit<Client, 'org' | 'name' | 'redirectUris' | 'authMethod' | 'secretHashes' | 'createdAt' | 'updatedAt'>> & {
    /** A fixed secret (configuration as code); hashed before it is stored. */
    readonly secret?: string
  }
