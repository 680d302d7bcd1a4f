import { defineErrors } from '../../kernel/errors.ts'

export const totpErrors = defineErrors({
  'totp.rejected': { status: 400, native: 'ABA-60003' },
  'credential.missing': { status: 400, native: 'ABA-60001' },
  'api.invalid': { status: 422 },
})
