import { defineErrors } from '../../kernel/errors.ts'

export const logoutErrors = defineErrors({
  'logout.invalid_request': { status: 400, oauth: 'invalid_request', native: 'ABA-60010' },
  'authorization.native_not_enabled': { status: 400, oauth: 'unauthorized_client', native: 'ABA-60007' },
})
