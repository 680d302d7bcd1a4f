import { defineErrors } from '../../kernel/errors.ts'

export const authorizationErrors = defineErrors({
  'authorization.scope_invalid': { status: 400, oauth: 'invalid_scope', native: 'ABA-60001' },
  'authorization.target_invalid': { status: 400, oauth: 'invalid_target', native: 'ABA-60001' },
})
