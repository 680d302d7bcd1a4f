import type { AuthorizationRequest } from '../authorization/index.ts'
import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import type { Resource } from '../resource/index.ts'
import { scopesToAgree } from './claims.ts'

/** What a person agrees to. */
export interface Agreement {
  readonly scopes: readonly string[]
  /** APIs that tokens will be for although no scope of theirs is among `scopes` (RFC 8707 §2). */
  readonly apis: readonly Pick<Resource, 'identifier' | 'name'>[]
  /** As it is remembered: scopes by their names, APIs by their identifiers. */
  readonly names: readonly string[]
}

/** Everything that a request would grant. */
export async function agreementOf(
  engine: Pick<Engine, 'resources'>,
  request: Pick<AuthorizationRequest, 'scope' | 'claims' | 'resource'>,
  client: Client,
): Promise<Agreement> {
  const scopes = scopesToAgree(request, client)
  const named = await Promise.all(
    request.resource.map(async (identifier) => {
      const resource = await engine.resources.usable(identifier, client.org)
      return { identifier, name: resource?.name ?? identifier, implied: resource && definesOne(resource, scopes) }
    }),
  )
  const apis = named.filter(({ implied }) => !implied).map(({ identifier, name }) => ({ identifier, name }))
  return { scopes, apis, names: [...scopes, ...apis.map(({ identifier }) => identifier)] }
}

/** Whether a scope says already that tokens are for the API. */
export function definesOne({ scopes }: Pick<Resource, 'scopes'>, granted: readonly string[]): boolean {
  return scopes.some(({ name }) => granted.includes(name))
}
