import { defineErrors } from '../../kernel/errors.ts'

export const tokenErrors = defineErrors({
  'request.missing_parameter': { status: 400, oauth: 'invalid_request' },
  'grant.unsupported_type': { status: 400, oauth: 'unsupported_grant_type' },
  'client.grant_not_allowed': { status: 400, oauth: 'unauthorized_client' },
  'authorization.scope_invalid': { status: 400, oauth: 'invalid_scope' },
  'authorization.target_invalid': { status: 400, oauth: 'invalid_target' },
})
