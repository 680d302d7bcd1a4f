import type { Engine } from '../engine.ts'
import { authenticators } from './authenticator.ts'
import type { SignInPolicy } from './policy.ts'

/** An authenticator that a policy names and that does not exist. */
export interface UnknownAuthenticator {
  /** Where the policy names it: `steps[0].alternatives[1]`. */
  readonly path: string
  readonly name: string
  readonly reason: string
}

export function unknownAuthenticators(engine: Engine, { steps }: SignInPolicy): readonly UnknownAuthenticator[] {
  const known = engine.contributed(authenticators)
  const unknown = (names: readonly string[], path: string) =>
    names.flatMap((name, index) => {
      if (known.has(name)) return []
      const reason = `there is no authenticator '${name}'; there are ${[...known.keys()].toSorted().join(', ')}`
      return [{ path: `${path}[${index}]`, name, reason }]
    })
  return steps.flatMap(({ alternatives, enrolWith = [] }, index) => [
    ...unknown(alternatives, `steps[${index}].alternatives`),
    ...unknown(enrolWith, `steps[${index}].enrolWith`),
  ])
}
