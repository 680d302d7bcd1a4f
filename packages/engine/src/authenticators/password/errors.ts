import { defineErrors } from '../../kernel/errors.ts'

export const passwordErrors = defineErrors({
  'password.rejected': { status: 400, native: 'ABA-60003' },
  'password.too_short': { status: 400, native: 'ABA-60003' },
  'password.too_long': { status: 400, native: 'ABA-60003' },
  'password.too_common': { status: 400, native: 'ABA-60003' },
})
