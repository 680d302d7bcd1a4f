import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { deleteInPortions } from '../../kernel/store/index.ts'
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
      run: async ({ store, now }) => {
        for (const table of ['bff_session', 'bff_lock'] as const)
          await deleteInPortions(store, (unit, limit) => deleteOver(unit, table, now(), limit))
      },
    },
  ],
})
