import type { Client } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Grant } from '../../domain/grant/index.ts'
import { definesOne } from '../../domain/token/index.ts'
import { tokenErrors } from './errors.ts'

/** RFC 6749 §6: the scope of a refresh may be smaller than what was granted, never wider. */
export function narrowScope(granted: readonly string[], asked: readonly string[]): readonly string[] {
  const wider = asked.find((name) => !granted.includes(name))
  if (wider !== undefined) throw tokenErrors('authorization.scope_invalid', { scope: wider.slice(0, 100) })
  return asked.length > 0 ? asked : granted
}

/**
 * RFC 8707 §2.2: a subset of the resources that were granted. Where none was named, any that the scope allows: for
 * another one the person was not asked, unless the app is the organization's own, about which nobody is.
 */
export async function narrowResources(
  engine: Pick<Engine, 'resources'>,
  client: Pick<Client, 'org' | 'firstParty'>,
  granted: Pick<Grant, 'scope' | 'resource'>,
  asked: readonly string[],
): Promise<readonly string[]> {
  if (asked.length === 0) return granted.resource
  for (const identifier of asked) {
    if (granted.resource.includes(identifier)) continue
    const open = granted.resource.length === 0
    if (open && (client.firstParty || (await isInScope(engine, client, granted, identifier)))) continue
    throw tokenErrors('authorization.target_invalid', { resource: identifier.slice(0, 200) })
  }
  return asked
}

async function isInScope(
  engine: Pick<Engine, 'resources'>,
  client: Pick<Client, 'org'>,
  { scope }: Pick<Grant, 'scope'>,
  identifier: string,
): Promise<boolean> {
  const resource = await engine.resources.usable(identifier, client.org)
  return resource !== undefined && definesOne(resource, scope)
}
