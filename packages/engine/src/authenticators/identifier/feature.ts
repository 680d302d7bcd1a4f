import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { identifier } from './authenticator.ts'

/** Says whom a sign-in is about; proves nothing. */
export const identifierFeature = defineFeature<Engine>({
  id: 'identifier',
  contributes: [contribute(authenticators, { identifier })],
})
