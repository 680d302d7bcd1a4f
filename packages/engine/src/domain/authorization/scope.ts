import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'
import { authorizationErrors } from './errors.ts'

/** A space-separated list as RFC 6749 §3.3 writes it, each value once. */
export function words(text: string | undefined): readonly string[] {
  return [...new Set((text ?? '').split(' ').filter(Boolean))]
}

/**
 * What of a requested scope this client may have. A value that nobody defines is ignored (OIDC Core §3.1.2.1);
 * one that exists but is not registered for the client is refused.
 */
export async function requestedScope(
  engine: Pick<Engine, 'resources'>,
  client: Pick<Client, 'org' | 'scopes'>,
  requested: readonly string[],
): Promise<readonly string[]> {
  const scope: string[] = []
  for (const name of requested) {
    if (client.scopes.includes(name)) scope.push(name)
    else if (openid.has(name) || (await engine.resources.owners(name, client.org)).length > 0) {
      throw authorizationErrors('authorization.scope_invalid', { scope: name.slice(0, 100) })
    }
  }
  if (requested.length > 0 && scope.length === 0) {
    throw authorizationErrors('authorization.scope_invalid', { scope: requested.join(' ').slice(0, 100) })
  }
  return scope
}

const openid = new Set(['openid', 'profile', 'email', 'offline_access'])

/** RFC 8707 §2: every `resource` is a registered API of which the client may use something. */
export async function requestedResources(
  engine: Pick<Engine, 'resources' | 'publicUrl'>,
  client: Pick<Client, 'org' | 'scopes'>,
  requested: readonly string[],
): Promise<readonly string[]> {
  for (const identifier of requested) {
    const resource = await engine.resources.usable(identifier, client.org)
    const usable =
      resource && (resource.scopes.length === 0 || resource.scopes.some(({ name }) => client.scopes.includes(name)))
    if (!usable) throw authorizationErrors('authorization.target_invalid', { resource: identifier.slice(0, 200) })
  }
  return requested
}
