import type { CardeaConfig } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { SignInPolicy } from '../../domain/flow/index.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { closest } from './closest.ts'

/** What the file alone cannot show: policies that name authenticators this deployment does not have. */
export function checkAuthenticators(engine: Engine, config: CardeaConfig): string[] {
  const { policies = {}, organizations = [], apps = [] } = config
  const known = [...engine.contributed(authenticators).keys()]
  const check = (path: string, policy: SignInPolicy) =>
    engine.flows.unknownAuthenticators(policy).map((unknown) => {
      const meant = closest(unknown.name, known)
      const reason = meant ? `there is no authenticator '${unknown.name}' (did you mean ${meant}?)` : unknown.reason
      return `${path}.${unknown.path}: ${reason}`
    })
  const own = (list: string) => (one: { readonly signInPolicy?: SignInPolicy | string | undefined }, index: number) =>
    typeof one.signInPolicy === 'object' ? check(`${list}[${index}].signInPolicy`, one.signInPolicy) : []
  return [
    ...Object.entries(policies).flatMap(([name, policy]) => check(`policies.${name}`, policy)),
    ...organizations.flatMap(own('organizations')),
    ...apps.flatMap(own('apps')),
  ]
}
