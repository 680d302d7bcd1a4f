import type { NativeAuthenticator } from '@cardea/protocol'
import { authenticatorIds } from '@cardea/protocol/constants'
import { initialsOf } from '../initials.ts'
import type { Message } from '../text.ts'
import { plain } from '../text.ts'
import { formEntries } from '../transport/flow-door.ts'
import { askedOf } from './asked.ts'
import { fieldView } from './fields.ts'
import { dataOf, isSupported, knownAs, paramsOf, selectedOption, skippable } from './options.ts'
import type { Problems } from './problems.ts'
import { problemsOf } from './problems.ts'
import type { StepState } from './state.ts'
import type { ActionView, StepKind, StepView, ViewContext } from './view-types.ts'
import { kindOf, optionLabel, wordsOf, wordsOfChoice } from './wording.ts'

const entriesOf = (
  { version, csrf }: StepState,
  answer: { authenticatorId?: string; params?: Record<string, string> },
) => formEntries({ version, csrf, ...answer })

const isPending = ({ pending }: StepState, type: NonNullable<StepState['pending']>['type']): boolean =>
  pending?.type === type

const choose = (state: StepState, option: NativeAuthenticator): ActionView => ({
  id: option.authenticatorId,
  ...optionLabel(option),
  event: { type: 'choose', authenticatorId: option.authenticatorId },
  busy: state.pending?.type === 'choose' && state.pending.authenticatorId === option.authenticatorId,
  entries: entriesOf(state, { authenticatorId: option.authenticatorId }),
})

/** Going back to the identifier is possible until something was proven; the door says so when it is not. */
const change = (state: StepState, label: Message): ActionView => ({
  id: 'change',
  label,
  icon: 'person',
  event: { type: 'change' },
  busy: isPending(state, 'change'),
  entries: entriesOf(state, { authenticatorId: authenticatorIds.identifier }),
})

function personOf(state: StepState, kind: StepKind): Pick<StepView, 'person'> {
  const { identifier, progress } = state.step
  if (!identifier || kind === 'identifier' || kind === 'enrol-totp' || kind === 'enrol-passkey') return {}
  const option = selectedOption(state)
  // Progress is told once something was proven; an authenticator app comes second, after that.
  const proven = progress !== undefined || (option !== undefined && knownAs(option) === 'totp')
  return {
    person: {
      identifier,
      initials: initialsOf(identifier),
      ...(!proven && kind !== 'consent' && { change: change(state, plain('identifier.change')) }),
    },
  }
}

/** The other ways. A passkey that was started before anybody is known leads back to the identifier. */
function optionsOf(state: StepState, kind: StepKind): Pick<StepView, 'options' | 'folded'> {
  const others = state.options.filter((option) => option.authenticatorId !== state.selected && isSupported(option))
  const options = others.map((option) => choose(state, option))
  const stuck = kind === 'passkey' && options.length === 0 && !state.step.identifier
  return {
    options: stuck ? [change(state, plain('option.identifier'))] : options,
    folded: kind !== 'identifier' && kind !== 'choose' && !stuck,
  }
}

function enrolmentOf(option: NativeAuthenticator): Pick<StepView, 'enrolment'> {
  const { secret, otpauthUri = '', qrCode = '', qrCodeSize = '0' } = dataOf(option)
  if (!secret) return {}
  return {
    enrolment: {
      qr: { path: qrCode, size: Number(qrCodeSize) },
      uri: otpauthUri,
      secret,
      groups: secret.match(/.{1,4}/g) ?? [],
    },
  }
}

const sideAction = (
  state: StepState,
  id: 'skip' | 'resend',
  label: Message,
  authenticatorId: string,
  params: Record<string, string>,
): ActionView => ({
  id,
  label,
  event: { type: id },
  busy: isPending(state, id),
  entries: entriesOf(state, { authenticatorId, params }),
})

function skipOf(state: StepState): Pick<StepView, 'skip'> {
  const option = skippable(state)
  return option
    ? { skip: sideAction(state, 'skip', plain('enrol.skip'), option.authenticatorId, { skip: 'true' }) }
    : {}
}

function resendOf(state: StepState, option: NativeAuthenticator): Pick<StepView, 'resend'> {
  const { resendIn, maskedAddress } = dataOf(option)
  if ((resendIn ?? maskedAddress) === undefined) return {}
  const action = sideAction(state, 'resend', plain('email.resend'), option.authenticatorId, { resendCode: 'true' })
  return { resend: { ...action, seconds: Number(resendIn ?? 0) } }
}

const progressOf = ({ step: { progress } }: StepState): Pick<StepView, 'progress'> =>
  progress && progress.of > 1 ? { progress: { ...progress, label: { key: 'signIn.progress', params: progress } } } : {}

const liveOf = (state: StepState, problems: Problems, heading: Message): Message | undefined => {
  if (state.pending) return plain(isPending(state, 'passkey') ? 'passkey.waiting' : 'signIn.checking')
  return problems.notice ?? (state.turn > 1 ? heading : undefined)
}

/** Everything about an option but its words and fields. */
function frame(state: StepState, kind: StepKind, problems: Problems, heading: Message) {
  const live = liveOf(state, problems, heading)
  return {
    type: 'step' as const,
    kind,
    version: state.version,
    round: state.round,
    turn: state.turn,
    heading,
    ...progressOf(state),
    ...personOf(state, kind),
    ...optionsOf(state, kind),
    ...(problems.alert && { alert: problems.alert }),
    ...(problems.notice && { notice: problems.notice }),
    ...(live && { live }),
    busy: state.pending !== undefined,
  }
}

function consentView(state: StepState, prefix: string): StepView {
  const problems = problemsOf(state, [])
  const { consent } = state.step
  const heading: Message = { key: 'consent.heading', params: { app: consent?.client.name ?? '' } }
  return {
    ...frame(state, 'consent', problems, heading),
    key: 'consent',
    fields: [],
    entries: entriesOf(state, {}),
    primary: {
      label: plain('consent.allow'),
      busy: isPending(state, 'approve'),
      event: { type: 'decide', decision: 'approve' },
    },
    deny: {
      id: 'deny',
      label: plain('consent.deny'),
      event: { type: 'decide', decision: 'deny' },
      busy: isPending(state, 'deny'),
      entries: {},
    },
    focus: `${prefix}-heading`,
    ...(consent && { consent: { ...consent, asked: askedOf(consent) } }),
  }
}

function choiceView(state: StepState, prefix: string): StepView {
  const words = wordsOfChoice(state.options, state.step.identifier !== undefined)
  return {
    ...frame(state, 'choose', problemsOf(state, []), words.heading),
    ...words,
    ...skipOf(state),
    key: 'choose',
    fields: [],
    entries: {},
    focus: `${prefix}-heading`,
  }
}

/** A step as it is shown: what it says, what it asks, what can be done, and where the focus goes. */
export function stepView(state: StepState, { prefix, appName }: ViewContext): StepView {
  if (state.step.stepType === 'CONSENT') return consentView(state, prefix)
  const option = selectedOption(state)
  if (!option) return choiceView(state, prefix)

  const kind = kindOf(option)
  const isPasskey = kind === 'passkey' || kind === 'enrol-passkey'
  const params = isPasskey ? [] : paramsOf(option)
  const problems = problemsOf(
    state,
    params.map(({ param }) => param),
  )
  const asked = params.map((param) =>
    fieldView(param, { kind, prefix, identifier: state.step.identifier, error: problems.fields.get(param.param) }),
  )
  const { primary, ...words } = wordsOf(option, kind, appName)
  const first = asked.find(({ error }) => error) ?? asked.find(({ value }) => value === undefined) ?? asked[0]
  return {
    ...frame(state, kind, problems, words.heading),
    ...words,
    key: `${kind}-${option.authenticatorId}`,
    fields: asked.map((field) => ({ ...field, focus: field === first })),
    entries: entriesOf(state, { authenticatorId: option.authenticatorId }),
    primary: {
      label: primary,
      busy: /^(submit|passkey)/.test(state.pending?.type ?? ''),
      ...(isPasskey && { event: { type: 'passkey' as const } }),
    },
    ...skipOf(state),
    ...resendOf(state, option),
    ...enrolmentOf(option),
    focus: first?.id ?? `${prefix}-${isPasskey ? 'primary' : 'heading'}`,
  }
}
