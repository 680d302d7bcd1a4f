import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { accountRoutes } from './account-routes.ts'
import { apiRoutes } from './api-routes.ts'
import { appRoutes } from './app-routes.ts'

export const adminFeature = defineFeature<Engine>({
  id: 'admin',
  routes: [...accountRoutes, ...appRoutes, ...apiRoutes],
})
