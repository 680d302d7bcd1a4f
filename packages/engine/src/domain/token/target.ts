import type { Client } from '../client/index.ts'
import type { Engine } from '../engine.ts'

/** Scopes that are about the person, not about an API. */
export const openidScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** Access tokens live for five minutes unless client or API say otherwise (design §4). */
const defaultLifetime = 300

/** For which APIs a token is, and what of the scope goes with it. */
export interface Target {
  readonly audience: readonly string[]
  readonly scope: readonly string[]
  /** Seconds. */
  readonly lifetime: number
}

/**
 * RFC 8707 §2.2: a token for named resources carries their scopes only. Without names, the scopes say which
 * APIs it is for; a token with `openid` is also for the userinfo endpoint.
 */
export async function targetOf(
  engine: Pick<Engine, 'resources' | 'publicUrl'>,
  client: Pick<Client, 'org' | 'accessTokenLifetime'>,
  scope: readonly string[],
  resources: readonly string[],
): Promise<Target> {
  const audience = new Set(resources)
  const granted: string[] = []
  const lifetimes: number[] = []
  for (const name of scope) {
    if (openidScopes.includes(name)) {
      granted.push(name)
      continue
    }
    const owners = (await engine.resources.owners(name, client.org)).filter(
      ({ identifier }) => resources.length === 0 || resources.includes(identifier),
    )
    if (owners.length === 0) continue
    granted.push(name)
    for (const { identifier } of owners) audience.add(identifier)
  }
  for (const identifier of audience) {
    const resource = await engine.resources.find(identifier)
    if (resource) lifetimes.push(resource.accessTokenLifetime ?? defaultLifetime)
  }
  if (audience.size === 0 || granted.includes('openid')) audience.add(engine.publicUrl)
  return {
    audience: [...audience],
    scope: granted,
    lifetime: client.accessTokenLifetime ?? (lifetimes.length > 0 ? Math.min(...lifetimes) : defaultLifetime),
  }
}
