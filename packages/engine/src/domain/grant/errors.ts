import { defineErrors } from '../../kernel/errors.ts'

export const grantErrors = defineErrors({
  'grant.invalid_code': { status: 400, oauth: 'invalid_grant' },
  'grant.pkce_failed': { status: 400, oauth: 'invalid_grant' },
  'grant.invalid_refresh_token': { status: 400, oauth: 'invalid_grant' },
})
