import type { ApiConfig } from '@cardea/protocol'
import type { Context } from './apply.ts'
import type { Done } from './difference.ts'
import { defined, difference } from './difference.ts'

export async function applyApi(context: Context, declared: ApiConfig): Promise<Done> {
  const { engine } = context
  const { organization, ...rest } = declared
  const org = (await context.organization(organization)).id
  const name = `API ${declared.identifier}`
  const known = await engine.resources.find(declared.identifier)
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
