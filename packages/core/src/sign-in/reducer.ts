import type { FlowAnswer } from '@cardea/protocol'
import { authenticatorIds } from '@cardea/protocol/constants'
import type { StepAnswer } from '../transport/transport.ts'
import { dialog, over, passkeyEffect, withAutofill } from './ceremony.ts'
import {
  isReady,
  isSupported,
  knownAs,
  mergeOptions,
  paramsOf,
  selectedOption,
  selectOption,
  skippable,
} from './options.ts'
import type {
  Effect,
  Fault,
  FlowFailure,
  Pending,
  SignInEvent,
  SignInOptions,
  SignInState,
  StepState,
} from './state.ts'

type Result = readonly [SignInState, readonly Effect[]]

/** Codes with which an identity provider says that this app signs in on its own pages. */
const hostedOnly = new Set(['authorization.native_not_enabled'])

const stepOf = (state: SignInState): StepState | undefined => {
  if (state.type === 'step') return state
  return state.type === 'redirect' || state.type === 'done' ? state.from : undefined
}

const lost: FlowFailure = { code: 'network', params: {} }

const fail = (failure: FlowFailure): Result => [{ type: 'failed', failure }, []]

function onStep(state: SignInState, answer: Extract<FlowAnswer, { status: 'step' }>, options: SignInOptions): Result {
  const { step, version, retry, csrf } = answer
  const before = stepOf(state)
  const merged = mergeOptions(step, before)
  if (step.stepType !== 'CONSENT' && !merged.some(isSupported)) {
    if (options.hostedUrl) return leave(options.hostedUrl, before)
    return fail({ code: 'flow.authenticator_unknown', params: {} })
  }
  const asked = before?.pending?.type === 'choose' ? before.pending.authenticatorId : undefined
  const next: StepState = {
    type: 'step',
    version,
    csrf,
    step,
    retry,
    options: merged,
    selected: selectOption(step, merged, before?.selected, asked),
    round: (before?.round ?? 0) + 1,
    turn: (before?.turn ?? 0) + 1,
  }
  // Who asked for a passkey gets the browser's dialog without pressing again.
  const ceremony = asked !== undefined && asked === next.selected ? passkeyEffect(next, false) : []
  if (ceremony.length > 0) return [{ ...next, pending: { type: 'passkey' } }, [over, ...ceremony]]
  return withAutofill(next)
}

/** The same form stays on show, with a passkey ready; what the person did meanwhile goes on from there. */
function onPrepared(state: StepState, answer: FlowAnswer | undefined, options: SignInOptions): Result {
  const queued = state.preparing?.queued
  const waited: StepState = { ...state, preparing: undefined, pending: queued ? undefined : state.pending }
  const told = answer?.status === 'step' ? answer : undefined
  const merged = told ? mergeOptions(told.step, state) : state.options
  // The flow went on elsewhere meanwhile: that is news to the person, not a preparation.
  if (told && !merged.some(({ authenticatorId }) => authenticatorId === state.selected)) {
    return onStep(waited, told, options)
  }
  const next: StepState = { ...waited, ...(told && { version: told.version, csrf: told.csrf }), options: merged }
  return queued ? reduceSignIn(next, queued, options) : [next, passkeyEffect(next, true)]
}

const leave = (url: string, from: StepState | undefined): Result => [
  { type: 'redirect', url, from },
  [{ type: 'navigate', url }],
]

function onAnswer(state: SignInState, answer: FlowAnswer, options: SignInOptions): Result {
  const from = stepOf(state)
  switch (answer.status) {
    case 'step':
      return onStep(state, answer, options)
    case 'redirect':
      return leave(answer.url, from)
    case 'signed-in': {
      const { session, returnTo, adoptUrl } = answer
      const done: SignInState = { type: 'done', session, returnTo, from }
      // The page is left and comes back signed in: showing so before would only flash.
      if (adoptUrl && options.sso !== false) return [done, [{ type: 'navigate', url: adoptUrl }]]
      const adopt: Effect = { type: 'adopt', session }
      return [done, options.returnTo ? [adopt, { type: 'navigate', url: returnTo }] : [adopt]]
    }
    case 'failed': {
      const { reason, params = {}, description, traceId } = answer.error
      if (hostedOnly.has(reason) && options.hostedUrl) return leave(options.hostedUrl, from)
      const failure = { code: reason, params, description, traceId }
      if (answer.transient && state.type === 'step') return interrupted(state, failure)
      return fail(failure)
    }
  }
}

/** Sends an answer; whatever the browser was asked for meanwhile is over. */
const send = (state: StepState, pending: Pending, answer: Omit<StepAnswer, 'version' | 'csrf'>): Result => [
  { ...state, pending, fault: undefined },
  [over, { type: 'answer', answer: { version: state.version, csrf: state.csrf, ...answer } }],
]

const refuse = (state: StepState, fault: Fault, effects: readonly Effect[] = []): Result => [
  { ...state, pending: undefined, fault, turn: state.turn + 1 },
  effects,
]

/** No step came: the one on show is as it was, with the autofill that ended when its answer was sent. */
const interrupted = (state: StepState, failure: FlowFailure): Result =>
  refuse(state, { type: 'refused', failure }, passkeyEffect(state, true))

function onSubmit(state: StepState, values: Readonly<Record<string, string>>): Result {
  const option = selectedOption(state)
  if (!option) return [state, []]
  const names = paramsOf(option).map(({ param }) => param)
  const missing = names.filter((name) => !values[name]?.trim())
  if (missing.length > 0) return refuse(state, { type: 'missing', names: missing })
  const params = Object.fromEntries(names.map((name) => [name, values[name] ?? '']))
  return send(state, { type: 'submit' }, { authenticatorId: option.authenticatorId, params })
}

function onChoose(state: StepState, authenticatorId: string): Result {
  const option = state.options.find((each) => each.authenticatorId === authenticatorId)
  if (!option) return [state, []]
  const pending: Pending = { type: 'choose', authenticatorId }
  if (!isReady(option)) return send(state, pending, { authenticatorId })
  const shown: StepState = { ...state, selected: authenticatorId, turn: state.turn + 1 }
  return knownAs(option) === 'passkey'
    ? dialog(shown)
    : withAutofill({ ...shown, pending: undefined, fault: undefined })
}

function onStepEvent(state: StepState, event: SignInEvent): Result {
  const { selected } = state
  switch (event.type) {
    case 'unreachable':
      return interrupted(state, lost)
    case 'submit':
      return onSubmit(state, event.values)
    case 'choose':
      return onChoose(state, event.authenticatorId)
    case 'change':
      return send(state, { type: 'change' }, { authenticatorId: authenticatorIds.identifier })
    case 'resend':
      return selected
        ? send(state, { type: 'resend' }, { authenticatorId: selected, params: { resendCode: 'true' } })
        : [state, []]
    case 'skip': {
      const authenticatorId = skippable(state)?.authenticatorId
      return authenticatorId
        ? send(state, { type: 'skip' }, { authenticatorId, params: { skip: 'true' } })
        : [state, []]
    }
    case 'decide':
      return send(state, { type: event.decision }, { decision: event.decision })
    case 'passkey':
      return dialog(state)
    case 'passkey-answered': {
      const { authenticatorId, tokenResponse } = event
      return send(state, { type: 'passkey-answer' }, { authenticatorId, params: { tokenResponse } })
    }
    case 'passkey-failed':
      return refuse(state, event.fault)
    default:
      return [state, []]
  }
}

const pendingOf = (event: SignInEvent): Pending | undefined => {
  if (event.type === 'choose') return event
  return event.type === 'submit' || event.type === 'change' ? { type: event.type } : undefined
}

/** While a passkey is made ready the flow's version is about to change: an answer now would come too late. */
function queue(state: StepState, event: SignInEvent): Result {
  const pending = pendingOf(event)
  return pending ? [{ ...state, pending, preparing: { queued: event } }, []] : [state, []]
}

/** Whether an event of the person may interrupt what is pending. A passkey dialog may always be left. */
const interrupts = (state: StepState, event: SignInEvent): boolean =>
  state.pending === undefined || state.pending.type === 'passkey' || /^(answered|unreachable|passkey-)/.test(event.type)

/** The whole of sign-in: what happens, and what must be done about it. */
export function reduceSignIn(state: SignInState, event: SignInEvent, options: SignInOptions): Result {
  if (event.type === 'start') {
    if (options.startable === false) return [state, [{ type: 'reload' }]]
    return state.type === 'loading' ? [state, []] : [{ type: 'loading' }, [{ type: 'start' }]]
  }
  if (event.type === 'came-back') return fail({ code: event.code, params: {} })
  if (event.type === 'answered') return onAnswer(state, event.answer, options)
  if (event.type === 'prepared') return state.type === 'step' ? onPrepared(state, event.answer, options) : [state, []]
  if (state.type === 'step' && state.preparing) return queue(state, event)
  if (state.type === 'step') return interrupts(state, event) ? onStepEvent(state, event) : [state, []]
  if (event.type === 'unreachable') return fail(lost)
  return [state, []]
}
