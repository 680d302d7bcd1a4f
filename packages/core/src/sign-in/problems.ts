import type { NativeMessage } from '@cardea/protocol'
import type { ErrorText, Message } from '../text.ts'
import { plain } from '../text.ts'
import type { Fault, FlowFailure, StepState } from './state.ts'

/** What is wrong, where it is shown, and what is merely told. */
export interface Problems {
  readonly fields: ReadonlyMap<string, Message>
  readonly alert?: Message | undefined
  readonly notice?: Message | undefined
}

const prefix = 'message.'

const fieldOf: Readonly<Record<string, string>> = {
  'password.rejected': 'password',
  'password.too_short': 'password',
  'password.too_long': 'password',
  'password.too_common': 'password',
  'totp.rejected': 'token',
  'email_otp.rejected': 'OTPcode',
  'email_otp.expired': 'OTPcode',
}

/** Parameters travel as text; counts and seconds are numbers to the catalogue. */
const typedParams = (params: Readonly<Record<string, string>>): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, /^\d{1,9}$/.test(value) ? Number(value) : value]),
  )

const textOf = (message: NativeMessage): ErrorText => ({
  key: 'error',
  code: message.i18nKey.startsWith(prefix) ? message.i18nKey.slice(prefix.length) : message.i18nKey,
  params: typedParams(Object.fromEntries(message.context.map(({ key, value }) => [key, value]))),
  fallback: message.message,
})

const error = (code: string, params = {}): ErrorText => ({ key: 'error', code, params })

export const failureText = ({ code, params, description }: FlowFailure): Message =>
  code === 'network'
    ? plain('error.network')
    : { ...error(code, typedParams(params)), fallback: description || undefined }

const localAlert = (fault: Exclude<Fault, { type: 'missing' }>): Message => {
  switch (fault.type) {
    case 'passkey-unsupported':
      return plain('passkey.unsupported')
    case 'passkey-known':
      return error('passkey.already_registered')
    case 'passkey-cancelled':
      return error('passkey.cancelled')
    case 'refused':
      return failureText(fault.failure)
  }
}

const several = (fields: ReadonlyMap<string, Message>): Message | undefined =>
  fields.size > 1 ? { key: 'error.several', params: { count: fields.size } } : undefined

function fromServer(messages: readonly NativeMessage[], names: readonly string[]): Problems {
  const fields = new Map<string, Message>()
  let alert: Message | undefined
  let notice: Message | undefined
  for (const message of messages) {
    const text = textOf(message)
    const { code, params } = text
    const wanted =
      code === 'credential.rejected' ? names.at(-1) : code === 'credential.missing' ? params.name : fieldOf[code]
    const name = names.find((each) => each === wanted)
    if (message.type === 'INFO') notice = text
    else if (name) fields.set(name, text)
    else alert = text
  }
  return { fields, alert: alert ?? several(fields), notice }
}

/** The problems of a step with these fields. What this page noticed itself is newer than what the server said. */
export function problemsOf({ fault, step }: StepState, names: readonly string[]): Problems {
  if (!fault) return fromServer(step.messages, names)
  if (fault.type !== 'missing') return { fields: new Map(), alert: localAlert(fault) }
  const fields = new Map(fault.names.map((name) => [name, error('credential.missing', { name })]))
  return { fields, alert: several(fields) }
}
