import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { routes } from './routes.ts'

export const auditFeature = defineFeature<Engine>({ id: 'audit-api', routes })
