import { defineErrors } from '../../kernel/errors.ts'

/** What both APIs refuse. */
export const apiErrors = defineErrors({
  'api.not_found': { status: 404 },
  'api.conflict': { status: 409 },
  'api.invalid': { status: 422 },
  'api.forbidden': { status: 403 },
  // RFC 9470 §3: the token is good, the sign-in behind it is too old.
  'api.reauthentication_required': { status: 401 },
  'api.last_factor': { status: 409 },
  'api.enrolment_over': { status: 410 },
  'api.current_password_wrong': { status: 422 },
  'request.invalid_parameter': { status: 400 },
  'request.token_invalid': { status: 401 },
})
