import { defineErrors } from '../../kernel/errors.ts'

export const attemptErrors = defineErrors({
  'request.rate_limited': { status: 429, oauth: 'temporarily_unavailable', native: 'ABA-60001' },
  'flow.wait': { status: 429, native: 'ABA-60003' },
})
