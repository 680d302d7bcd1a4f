import type { NativeAuthenticator, NativeParam, NativeStep } from '@cardea/protocol'
import { authenticatorIds } from '@cardea/protocol/constants'
import type { StepState } from './state.ts'

type Known = keyof typeof authenticatorIds

/** The built-in authenticator behind an option, told by its id on the wire. */
export const knownAs = ({ authenticatorId }: NativeAuthenticator): Known | undefined =>
  // Object.entries forgets the keys' type.
  Object.entries(authenticatorIds).find(([, id]) => id === authenticatorId)?.[0] as Known | undefined

export const dataOf = (option: NativeAuthenticator): Readonly<Record<string, string>> =>
  option.metadata.additionalData ?? {}

export const paramsOf = (option: NativeAuthenticator): readonly NativeParam[] =>
  [...(option.metadata.params ?? [])].sort((one, other) => one.order - other.order)

export const asksWho = (option: NativeAuthenticator | undefined): boolean =>
  option !== undefined && paramsOf(option).some(({ param }) => param === 'username')

export const challengeOf = (option: NativeAuthenticator): string | undefined =>
  knownAs(option) === 'passkey' ? dataOf(option).challengeData : undefined

/** Whether an option can be shown and answered at once. */
export const isReady = (option: NativeAuthenticator): boolean =>
  challengeOf(option) !== undefined || (option.metadata.promptType === 'USER_PROMPT' && paramsOf(option).length > 0)

/** Whether this SDK can do it at all; a redirect to another provider belongs to hosted sign-in. */
export const isSupported = (option: NativeAuthenticator): boolean => knownAs(option) !== undefined || isReady(option)

/** All options of this place: those the step names, else those listed last with the one the step now completes. */
export function mergeOptions(step: NativeStep, before: StepState | undefined): readonly NativeAuthenticator[] {
  if (step.alternatives) return [...step.authenticators, ...step.alternatives]
  if (step.stepType !== 'AUTHENTICATOR_PROMPT' || !before) return step.authenticators
  const samePlace = before.step.progress?.step === step.progress?.step && before.step.identifier === step.identifier
  const started = step.authenticators[0]
  if (!started || !samePlace) return step.authenticators
  if (!before.options.some(({ authenticatorId }) => authenticatorId === started.authenticatorId)) {
    return step.authenticators
  }
  return before.options.map((option) => (option.authenticatorId === started.authenticatorId ? started : option))
}

/**
 * What to show first: the one that was started, else what the person was looking at, else the first with fields.
 * A passkey that was started before anybody is known waits in the autofill of the identifier field,
 * unless the person `asked` for it.
 */
export function selectOption(
  step: NativeStep,
  options: readonly NativeAuthenticator[],
  before: string | undefined,
  asked: string | undefined,
): string | undefined {
  const withFields = options.find((option) => isReady(option) && challengeOf(option) === undefined)
  const started = step.stepType === 'AUTHENTICATOR_PROMPT' ? step.authenticators.find(isReady) : undefined
  if (started && started.authenticatorId === asked) return asked
  if (started && challengeOf(started) && withFields && asksWho(withFields)) return withFields.authenticatorId
  if (started) return started.authenticatorId
  const kept = options.find((option) => option.authenticatorId === before && isReady(option))
  return (kept ?? withFields)?.authenticatorId
}

export const selectedOption = ({ options, selected }: StepState): NativeAuthenticator | undefined =>
  options.find(({ authenticatorId }) => authenticatorId === selected)

/** The option by whose name an enrolment can be put off. */
export const skippable = (state: StepState): NativeAuthenticator | undefined =>
  [selectedOption(state), ...state.options].find((option) => option && dataOf(option).skippable === 'true')
