import { defineErrors } from '../../kernel/errors.ts'

export const flowErrors = defineErrors({
  'flow.unknown': { status: 400, native: 'ABA-60009' },
  'flow.expired': { status: 400, native: 'ABA-60008' },
  'flow.superseded': { status: 400, native: 'ABA-60001' },
  'flow.wrong_browser': { status: 400, native: 'ABA-60009' },
  'flow.authenticator_unknown': { status: 400, native: 'ABA-60004' },
  'flow.authenticator_not_offered': { status: 400, native: 'ABA-60004' },
  'flow.denied': { status: 400, native: 'ABA-60002' },
  'flow.too_many_attempts': { status: 400, native: 'ABA-60013' },
  'credential.missing': { status: 400, native: 'ABA-60003' },
})
