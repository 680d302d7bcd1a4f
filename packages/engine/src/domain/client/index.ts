import type { ClientId, OrganizationId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Call } from '../../kernel/http/index.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Client, ClientAuthMethod } from './client.ts'
import { clientMigrations, forgetAssertions } from './store.ts'

export { assertionAlgorithms } from './assertion.ts'
export type { Client, ClientAuthMethod } from './client.ts'
export { authenticationFailed } from './credentials.ts'
export { allowsRedirect } from './redirect.ts'
export { secretId } from './secret.ts'
export { createClients } from './verbs.ts'

export const clientNoun: Feature<Engine> = {
  id: 'client',
  migrations: clientMigrations,
  jobs: [
    {
      name: 'client.forget-assertions',
      everySeconds: 600,
      run: (engine) => engine.store.unit((unit) => forgetAssertions(unit, engine.now())),
    },
  ],
}

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
  readonly presents: (call: Pick<Call, 'headers' | 'form'>) => boolean
  /** Whether an active app has registered this origin (CORS). */
  readonly allowsOrigin: (origin: string) => Promise<boolean>
  /** Every origin an active first-party app has registered. */
  readonly origins: () => Promise<readonly string[]>
  readonly list: (org: OrganizationId, page: PageRequest) => Promise<Page<Client>>
  /** Validates the registration (`api.invalid` names the field) and emits `client.created`. */
  readonly create: (unit: Unit, client: NewClient) => Promise<Client>
  /** Emits `client.updated`. `secret` replaces every secret. */
  readonly update: (
    unit: Unit,
    org: OrganizationId,
    id: ClientId,
    change: Partial<NewClient>,
  ) => Promise<Client | undefined>
  /** Emits `client.deleted`. */
  readonly remove: (unit: Unit, org: OrganizationId, id: ClientId) => Promise<boolean>
  /** Adds a new secret and returns it once; the one before stays valid until it is removed. */
  readonly addSecret: (
    unit: Unit,
    org: OrganizationId,
    id: ClientId,
  ) => Promise<{ readonly id: string; readonly secret: string } | undefined>
  /** Removes a secret by its id. Rejects with `api.invalid` when it is the only one. */
  readonly removeSecret: (unit: Unit, org: OrganizationId, id: ClientId, secretId: string) => Promise<boolean>
}

export type NewClient = Pick<Client, 'org' | 'name' | 'redirectUris' | 'authMethod'> &
  Partial<Omit<Client, 'org' | 'name' | 'redirectUris' | 'authMethod' | 'secretHashes' | 'createdAt' | 'updatedAt'>> & {
    /** A fixed secret (configuration as code); hashed before it is stored. */
    readonly secret?: string
  }
