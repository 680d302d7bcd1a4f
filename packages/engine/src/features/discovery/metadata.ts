import { discoveryMetadata } from '../../domain/authorization/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { openidScopes } from '../../domain/token/index.ts'
import type { Json } from '../../kernel/events/index.ts'

/** The metadata document: what is true of every issuer of ours, and what the features that exist announce. */
export function metadata(engine: Engine): Readonly<Record<string, Json>> {
  const members: Record<string, Json> = {
    issuer: engine.publicUrl,
    jwks_uri: `${engine.publicUrl}/oauth2/jwks`,
    scopes_supported: [...openidScopes, ...engine.resources.own.scopes.map(({ name }) => name)],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
  }
  for (const membersOf of engine.contributed(discoveryMetadata).values()) Object.assign(members, membersOf(engine))
  return members
}
