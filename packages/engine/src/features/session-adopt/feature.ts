import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { routes } from './routes.ts'

/** Single sign-on after an app-native sign-in. */
export const sessionAdopt = defineFeature<Engine>({ id: 'session-adopt', routes })
