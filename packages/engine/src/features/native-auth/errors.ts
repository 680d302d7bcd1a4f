import { defineErrors } from '../../kernel/errors.ts'

export const nativeErrors = defineErrors({
  'flow.unknown': { status: 400, native: 'ABA-60009' },
  'flow.authenticator_unknown': { status: 400, native: 'ABA-60004' },
})
