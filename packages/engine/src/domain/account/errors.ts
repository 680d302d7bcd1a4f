import { defineErrors } from '../../kernel/errors.ts'

export const accountErrors = defineErrors({ 'api.conflict': { status: 409 } })
