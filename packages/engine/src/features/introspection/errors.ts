import { defineErrors } from '../../kernel/errors.ts'

export const introspectionErrors = defineErrors({
  'request.missing_parameter': { status: 400, oauth: 'invalid_request' },
})
