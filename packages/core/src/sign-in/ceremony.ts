import type { StepAnswer } from '../transport/transport.ts'
import { asksWho, challengeOf, knownAs, selectedOption } from './options.ts'
import type { Effect, StepState } from './state.ts'

type PasskeyResult = readonly [StepState, readonly Effect[]]

/** The ceremony of the option on show, or the `conditional` one: that waits in the autofill of who it is. */
export const passkeyEffect = (state: StepState, conditional: boolean): readonly Effect[] => {
  const shown = selectedOption(state)
  const waiting = asksWho(shown) ? state.options.find(challengeOf) : undefined
  const option = conditional ? waiting : shown
  const challengeData = option && challengeOf(option)
  if (!option || challengeData === undefined) return []
  return [{ type: 'passkey', authenticatorId: option.authenticatorId, challengeData, conditional }]
}

/** What the browser was asked for is over. */
export const over: Effect = { type: 'cancel-passkey' }

/** The browser's autofill may offer passkeys as soon as the person looks at the identifier field. */
export function withAutofill(state: StepState): PasskeyResult {
  const passkey = state.options.find((option) => knownAs(option) === 'passkey')
  if (!passkey || challengeOf(passkey) || !asksWho(selectedOption(state)))
    return [state, [over, ...passkeyEffect(state, true)]]
  const { version, csrf } = state
  const answer: StepAnswer = { version, csrf, authenticatorId: passkey.authenticatorId }
  return [{ ...state, preparing: {} }, [over, { type: 'prepare', answer }]]
}

/** The browser's dialog, at once. */
export const dialog = (state: StepState): PasskeyResult => [
  { ...state, pending: { type: 'passkey' }, fault: undefined },
  [over, ...passkeyEffect(state, false)],
]
