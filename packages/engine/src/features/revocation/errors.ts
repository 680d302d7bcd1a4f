import { defineErrors } from '../../kernel/errors.ts'

export const revocationErrors = defineErrors({
  'request.missing_parameter': { status: 400, oauth: 'invalid_request' },
})
