import type { Files, Name } from './create.ts'

/** One protected route that answers an empty object. */
export const featureFiles = ({ folder, code, prose }: Name): Files => ({
  'feature.ts': `import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { routes } from './routes.ts'

/** ${prose}: everything it adds to the engine. */
export const ${code}Feature = defineFeature<Engine>({ id: '${folder}', routes })
`,
  'routes.ts': `import { z } from 'zod'
import type { Engine } from '../../domain/engine.ts'
import { json } from '../../kernel/http/reply.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'

function answer(): Response {
  return json({})
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'GET',
    path: '/api/v1/${folder}',
    summary: '${prose}',
    access: { type: 'token', scopes: ['me:read'] },
    surface: 'problem',
    body: { type: 'none' },
    response: z.object({}),
    steps: steps(answer),
  },
]
`,
  [`${folder}.test.ts`]: `import { expect, test } from 'vitest'
import { testEngine } from '../../testing.ts'

test('${folder} asks for a token', async () => {
  const { fetch, close } = await testEngine()
  const answer = await fetch('/api/v1/${folder}')
  expect(answer.status).toBe(401)
  await close()
})
`,
  'README.md': `# ${prose}

What it does, for whom, and which specification it follows.

| specification | file | test |
|---|---|---|
| | [routes.ts](routes.ts) | [${folder}.test.ts](${folder}.test.ts) |

Slots: none. Limits: none known.
`,
})
