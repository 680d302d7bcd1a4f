import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { emailOtp } from './authenticator.ts'

/** Codes by e-mail. */
export const emailOtpFeature = defineFeature<Engine>({
  id: 'email-otp',
  contributes: [contribute(authenticators, { 'email-otp': emailOtp })],
})
