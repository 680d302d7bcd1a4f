import { defineErrors } from '../../kernel/errors.ts'

export const hostedErrors = defineErrors({
  'flow.unknown': { status: 400, native: 'ABA-60009' },
  'flow.csrf': { status: 403, native: 'ABA-60001' },
  'flow.authenticator_unknown': { status: 400, native: 'ABA-60004' },
  'request.missing_parameter': { status: 400, native: 'ABA-60001' },
})
