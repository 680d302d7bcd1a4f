import type { ApiConfig, OrganizationId } from '@cardea/protocol'
import type { Resource } from '../../domain/resource/index.ts'
import type { Context } from './apply.ts'
import type { Done } from './difference.ts'
import { defined, difference } from './difference.ts'

export async function applyApi(context: Context, declared: ApiConfig): Promise<Done> {
  const { engine } = context
  const { organization, ...rest } = declared
  const org = (await context.organization(organization)).id
  const name = `API ${declared.identifier}`
  const known = (await engine.resources.find(declared.identifier)) ?? (await findNew(context, org, declared.identifier))
  if (!known) {
    const { identifier, accessTokenLifetime, scopes = [], name = identifier } = rest
    await engine.store.unit((unit) =>
      engine.resources.create(unit, { org, identifier, name, scopes, accessTokenLifetime }),
    )
    return { name: `API ${declared.identifier}`, outcome: 'created' }
  }
  if (known.org !== org) throw new Error('identifier: belongs to another organization')
  const change = difference(defined(rest), known)
  if (!change) return { name, outcome: 'unchanged' }
  await engine.store.unit((unit) => engine.resources.update(unit, org, known.id, change))
  return { name, outcome: 'updated', members: Object.keys(change) }
}

/** What another process has just made is in the database before it is in this one's memory. */
async function findNew({ engine }: Context, org: OrganizationId, identifier: string): Promise<Resource | undefined> {
  const { items } = await engine.resources.list(org, { limit: 100, search: identifier })
  return items.find((resource) => resource.identifier === identifier)
}
