import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { passwordAuthenticator } from './authenticator.ts'

/** What people remember. */
export const passwordFeature = defineFeature<Engine>({
  id: 'password',
  contributes: [contribute(authenticators, { password: passwordAuthenticator })],
})
