import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { routes } from './routes.ts'
import { enrolmentMigrations, removeExpiredEnrolments } from './store.ts'

export const meFeature = defineFeature<Engine>({
  id: 'me',
  routes,
  migrations: enrolmentMigrations,
  jobs: [
    {
      name: 'enrolment-expiry',
      everySeconds: 600,
      run: (engine) => removeExpiredEnrolments(engine.store, engine.now()),
    },
  ],
})
