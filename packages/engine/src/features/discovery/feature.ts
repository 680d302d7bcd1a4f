import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { routes } from './routes.ts'

/** Metadata and keys, by which apps configure themselves. */
export const discoveryFeature = defineFeature<Engine>({ id: 'discovery', routes })
