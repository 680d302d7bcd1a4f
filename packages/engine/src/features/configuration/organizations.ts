import type { OrganizationConfig } from '@cardea/protocol'
import type { Context } from './apply.ts'
import type { Done } from './difference.ts'
import { defined, difference } from './difference.ts'

export async function applyOrganization(context: Context, declared: OrganizationConfig): Promise<Done> {
  const { engine } = context
  const { parent, signInPolicy, ...rest } = declared
  const wanted = defined({
    ...rest,
    signInPolicy: signInPolicy === undefined ? undefined : context.policy(signInPolicy),
  })
  const name = `organization ${declared.handle}`
  const above = parent === undefined ? undefined : await context.organization(parent)
  const known = above ? await engine.organizations.find(declared.handle) : await engine.organizations.root()
  if (above && !known) {
    const blank = { branding: undefined, signInPolicy: undefined }
    await engine.store.unit((unit) => engine.organizations.create(unit, { ...blank, ...wanted, parent: above.id }))
    return { name, outcome: 'created' }
  }
  if (!known) throw new Error('parent: is missing')
  if (above && known.parent !== above.id) throw new Error('parent: an organization cannot be moved')
  const change = difference(wanted, known)
  if (!change) return { name, outcome: 'unchanged' }
  await engine.store.unit((unit) => engine.organizations.update(unit, known.id, change))
  return { name, outcome: 'updated', members: Object.keys(change) }
}
