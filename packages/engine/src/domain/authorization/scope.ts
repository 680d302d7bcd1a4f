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

type Targeting = Pick<Engine, 'resources'>
type Asking = Pick<Client, 'org' | 'scopes'>

/** RFC 8707 §2: every `resource` is a registered API of which the client may use something. */
export async function requestedResources(
  engine: Targeting,
  client: Asking,
  requested: readonly string[],
): Promise<readonly string[]> {
  for (const identifier of requested) {
    if (!(await isUsable(engine, client, identifier))) throw targetInvalid(identifier)
  }
  return requested
}

/**
 * What is left of the APIs of a grant: what the client has lost since then, no old grant gives it either
 * (ASVS 8.3.2). With none left the token is not for something else instead.
 */
export async function remainingResources(
  engine: Targeting,
  client: Asking,
  granted: readonly string[],
): Promise<readonly string[]> {
  const usable = await Promise.all(granted.map((identifier) => isUsable(engine, client, identifier)))
  const remaining = granted.filter((_, index) => usable[index])
  const [first] = granted
  if (first !== undefined && remaining.length === 0) throw targetInvalid(first)
  return remaining
}

async function isUsable(engine: Targeting, client: Asking, identifier: string): Promise<boolean> {
  const resource = await engine.resources.usable(identifier, client.org)
  if (!resource) return false
  return resource.scopes.length === 0 || resource.scopes.some(({ name }) => client.scopes.includes(name))
}

function targetInvalid(identifier: string) {
  return authorizationErrors('authorization.target_invalid', { resource: identifier.slice(0, 200) })
}
