import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { totp } from './authenticator.ts'

export const totpFeature = defineFeature<Engine>({
  id: 'totp',
  contributes: [contribute(authenticators, { totp })],
})
