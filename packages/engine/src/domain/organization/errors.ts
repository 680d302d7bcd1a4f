import { defineErrors } from '../../kernel/errors.ts'

export const organizationErrors = defineErrors({
  'api.conflict': { status: 409 },
  'api.invalid': { status: 422 },
})
