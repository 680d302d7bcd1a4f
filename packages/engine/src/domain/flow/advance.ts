import type { Facts } from '../rules/index.ts'
import { evaluate } from '../rules/index.ts'
import type { ProvenFactor } from '../session/index.ts'
import { acrOf, isMultiFactor } from '../session/index.ts'
import { demandedAcr } from './acr.ts'
import type { Authenticator } from './authenticator.ts'
import type { FlowRecord, NextStep } from './flow.ts'
import type { PolicyStep } from './policy.ts'

/** What is known about the person and the request while a record advances. */
export interface Situation {
  /** For conditions of steps; `account` is in it only after something was proven. */
  readonly facts: Facts
  /** Authenticators the account has; empty for a ghost and before a proof. */
  readonly enrolled: ReadonlySet<string>
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What `advance` must know of each authenticator. */
export type Traits = Pick<Authenticator, 'proves' | 'withoutSubject' | 'enrol'>

type Advancing = Pick<FlowRecord, 'policy' | 'done' | 'skipped' | 'account' | 'consent' | 'request'>

/**
 * What the person must do next. Pure. Before anything is proven no option depends on what the account has or
 * whether it exists; one proof counts for one step, unless it is itself several (a passkey that verified the person).
 */
export function advance(
  record: Advancing,
  situation: Situation,
  authenticators: ReadonlyMap<string, Traits>,
): NextStep {
  const unused = [...record.done]
  for (const step of record.policy.steps) {
    if (!applies(step, situation)) continue
    const alternatives = step.alternatives.filter((name) => authenticators.has(name))
    const identifies = alternatives.some((name) => authenticators.get(name)?.proves === 'identity')
    if (identifies ? record.account !== undefined : takeProof(step, unused, situation.now)) continue
    const next = ask(step, alternatives, record, situation, authenticators)
    if (next) return next
  }
  // A policy whose every proof is conditional must not let in who has given none.
  if (record.done.length === 0) return { type: 'refused' }
  const demanded = demandedAcr(record.request)
  if (demanded && !demanded.includes(acrOf(record.done))) return { type: 'refused' }
  return record.consent === 'needed' ? { type: 'consent' } : { type: 'done' }
}

/** Whether the step is one for this person and request. */
export const applies = ({ when }: PolicyStep, { facts }: Situation): boolean => !when || evaluate(when, facts)

/** Finds a proof for the step and uses it up; one of several kinds stays for the next step. */
function takeProof(step: PolicyStep, unused: ProvenFactor[], now: number): boolean {
  const index = unused.findIndex(
    ({ authenticator, at }) =>
      step.alternatives.includes(authenticator) && (step.maxAge === undefined || now - at <= step.maxAge * 1000),
  )
  const proof = unused[index]
  if (!proof) return false
  if (!isMultiFactor(proof)) unused.splice(index, 1)
  return true
}

/** `undefined` when the step does not hold the person up. */
function ask(
  step: PolicyStep,
  alternatives: readonly string[],
  record: Advancing,
  situation: Situation,
  authenticators: ReadonlyMap<string, Traits>,
): NextStep | undefined {
  if (record.account === undefined) {
    const options = alternatives.filter((name) => authenticators.get(name)?.withoutSubject)
    return { type: 'prove', step: step.id, options: options.length > 0 ? options : ['identifier'] }
  }
  if (record.done.length === 0) return { type: 'prove', step: step.id, options: alternatives }
  const options = alternatives.filter((name) => situation.enrolled.has(name))
  if (options.length > 0) return { type: 'prove', step: step.id, options }
  const skippable = step.enrol === 'offer'
  if (skippable && record.skipped.includes(step.id)) return undefined
  const enrollable = (step.enrolWith ?? alternatives).filter((name) => authenticators.get(name)?.enrol)
  if (step.enrol === undefined || step.enrol === 'never' || enrollable.length === 0) return { type: 'refused' }
  return { type: 'enrol', step: step.id, options: enrollable, skippable }
}
