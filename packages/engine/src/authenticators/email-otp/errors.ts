import { defineErrors } from '../../kernel/errors.ts'

export const emailOtpErrors = defineErrors({
  'email_otp.rejected': { status: 400, native: 'ABA-60003' },
  'email_otp.expired': { status: 400, native: 'ABA-60003' },
  'email_otp.too_many_resends': { status: 400, native: 'ABA-60014' },
})
