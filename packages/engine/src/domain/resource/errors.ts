import { defineErrors } from '../../kernel/errors.ts'

export const resourceErrors = defineErrors({
  'api.invalid': { status: 422 },
  'api.conflict': { status: 409 },
})
