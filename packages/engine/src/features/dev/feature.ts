import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { steps } from '../../kernel/pipeline.ts'
import { showInbox } from './inbox.ts'

const development = { method: 'GET', access: { type: 'development' }, surface: 'page', body: { type: 'none' } } as const

/** What helps who builds with Cardea; none of it exists but in development. */
export const devFeature = defineFeature<Engine>({
  id: 'dev',
  routes: [
    { ...development, path: '/dev/inbox', summary: 'Mail that was sent, and current codes', steps: steps(showInbox) },
    { ...development, path: '/dev/inbox.json', summary: 'The same as JSON', steps: steps(showInbox) },
  ],
})
