import type { CardeaConfig } from '@cardea/protocol'

/** What a schema cannot see: names that lead nowhere, and things declared twice. */
export function checkReferences(config: CardeaConfig): string[] {
  return [
    ...twice(
      'organizations',
      'handle',
      config.organizations?.map((one) => one.handle),
    ),
    ...twice(
      'apis',
      'identifier',
      config.apis?.map((one) => one.identifier),
    ),
    ...twice(
      'apps',
      'clientId',
      config.apps?.map((one) => one.clientId),
    ),
    ...twice(
      'accounts',
      'username',
      config.accounts?.map((one) => JSON.stringify([one.organization, one.username.toLowerCase()])),
    ),
    ...roots(config),
    ...policies(config),
  ]
}

function twice(list: string, member: string, names: readonly string[] = []): string[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [`${list}[${index}].${member}: is the same as in ${list}[${names.indexOf(name)}]`]
      : [],
  )
}

/** One root, named first or last; every other organization lies below one that is declared before it. */
function roots({ organizations = [] }: CardeaConfig): string[] {
  const root = organizations.findIndex((one) => one.parent === undefined)
  return organizations.flatMap((one, index) => {
    if (one.parent === undefined)
      return index === root ? [] : [`organizations[${index}].parent: is missing; organizations[${root}] is the root`]
    const parent = organizations.findIndex((other) => other.handle === one.parent)
    return parent >= index ? [`organizations[${index}].parent: must be declared before`] : []
  })
}

function policies({ organizations = [], apps = [], policies = {} }: CardeaConfig): string[] {
  const check = (list: string) => (one: { readonly signInPolicy?: unknown }, index: number) =>
    typeof one.signInPolicy === 'string' && !Object.hasOwn(policies, one.signInPolicy)
      ? [`${list}[${index}].signInPolicy: there is no policy '${one.signInPolicy}'`]
      : []
  return [...organizations.flatMap(check('organizations')), ...apps.flatMap(check('apps'))]
}
