import { defineErrors } from '../../kernel/errors.ts'

export const clientErrors = defineErrors({
  // RFC 6749 §5.2. Unknown client and wrong secret are the same error.
  'client.authentication_failed': { status: 401, oauth: 'invalid_client', native: '401' },
  'request.missing_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'request.invalid_parameter': { status: 400, oauth: 'invalid_request', native: 'ABA-60001' },
  'api.invalid': { status: 422 },
  'api.conflict': { status: 409 },
})
