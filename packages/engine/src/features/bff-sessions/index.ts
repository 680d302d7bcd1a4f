import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { bffSessionMigrations, deleteOver } from './store.ts'

export type { BffSessions, KeptSession } from './sessions.ts'
export { createBffSessions } from './sessions.ts'

export const bffSessions = defineFeature<Engine>({
  id: 'bff-sessions',
  migrations: bffSessionMigrations,
  jobs: [
    {
      name: 'delete BFF sessions that are over',
      everySeconds: 3600,
      run: (engine) => engine.store.unit((unit) => deleteOver(unit, engine.now())),
    },
  ],
})
