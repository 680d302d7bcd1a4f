import { defineErrors } from '../../kernel/errors.ts'

export const identifierErrors = defineErrors({ 'credential.missing': { status: 400, native: 'ABA-60003' } })
