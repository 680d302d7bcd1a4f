import { defineErrors } from '../../kernel/errors.ts'

export const adoptErrors = defineErrors({
  'request.invalid_parameter': { status: 400, oauth: 'invalid_request' },
})
