import type { Json } from '../../kernel/events/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { defineSlot } from '../../kernel/slot.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { AuthorizationRequest } from './request.ts'

/** Members of the metadata document (RFC 8414 §2); each feature announces what it does. */
export type MetadataMembers = (engine: Engine) => Readonly<Record<string, Json>>

/** Where features announce themselves, keyed by feature. Shown by `features/discovery`. */
export const discoveryMetadata = defineSlot<MetadataMembers>('discovery.metadata')

/** A further check of an authorization request that is otherwise valid; it throws to refuse. */
export type AuthorizationCheck = (
  engine: Engine,
  checked: { readonly call: Call; readonly client: Client; readonly request: AuthorizationRequest },
) => void | Promise<void>

/** Where features add checks to the authorization endpoint, keyed by feature. Run by `features/authorize`. */
export const authorizationChecks = defineSlot<AuthorizationCheck>('authorize.checks')
