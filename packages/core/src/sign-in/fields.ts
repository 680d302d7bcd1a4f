import type { NativeParam } from '@cardea/protocol'
import type { Message } from '../text.ts'
import { plain } from '../text.ts'
import type { FieldView, StepKind } from './view-types.ts'

type Shape = Pick<FieldView, 'type' | 'autocomplete' | 'inputMode' | 'label'>

const code = (label: Message): Shape => ({ type: 'code', autocomplete: 'one-time-code', inputMode: 'numeric', label })

/** How each known parameter is asked for; `webauthn` lets the browser offer passkeys there. */
const shapes: Readonly<Record<string, Shape>> = {
  username: { type: 'text', autocomplete: 'username webauthn', inputMode: 'email', label: plain('identifier.label') },
  password: { type: 'password', autocomplete: 'current-password webauthn', label: plain('password.label') },
  token: code(plain('code.label')),
  OTPcode: code(plain('code.label')),
}

const shapeOf = (param: NativeParam, kind: StepKind): Shape => {
  if (kind === 'enrol-totp' && param.param === 'token') return code(plain('code.labelApp'))
  return (
    shapes[param.param] ?? {
      type: param.confidential ? 'password' : 'text',
      autocomplete: 'off',
      label: { key: 'fields.label', params: { name: param.displayName } },
    }
  )
}

interface FieldContext {
  readonly kind: StepKind
  readonly prefix: string
  readonly identifier: string | undefined
  readonly error: Message | undefined
}

export function fieldView(
  param: NativeParam,
  { kind, prefix, identifier, error }: FieldContext,
): Omit<FieldView, 'focus'> {
  const id = `${prefix}-${param.param}`
  return {
    ...shapeOf(param, kind),
    id,
    name: param.param,
    ...(param.param === 'username' && identifier !== undefined && { value: identifier }),
    ...(error && { error, describedBy: `${id}-error` }),
  }
}
