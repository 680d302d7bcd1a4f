import { defineErrors } from '../../kernel/errors.ts'

export const passkeyErrors = defineErrors({
  'passkey.rejected': { status: 400, native: 'ABA-60003' },
  'passkey.already_registered': { status: 400, native: 'ABA-60003' },
  'credential.missing': { status: 400, native: 'ABA-60001' },
})
