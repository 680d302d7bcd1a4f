import type { Files, Name } from './create.ts'

/** An authenticator that nobody is enrolled for and that refuses every answer. */
export const authenticatorFiles = ({ folder, code, prose }: Name): Files => ({
  'feature.ts': `import type { Engine } from '../../domain/engine.ts'
import { authenticators } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { authenticator } from './authenticator.ts'

/** ${prose}: everything it adds to the engine. */
export const ${code}Feature = defineFeature<Engine>({
  id: '${folder}',
  contributes: [contribute(authenticators, { '${folder}': authenticator })],
})
`,
  'authenticator.ts': `import type { Authenticator } from '../../domain/flow/index.ts'
import { fail } from './errors.ts'

export const authenticator: Authenticator = {
  id: '${folder}',
  proves: 'possession',
  withoutSubject: false,
  starts: false,
  enrolled: async () => false,
  prompt: async () => ({ prompt: { type: 'fields', fields: [] }, state: null }),
  verify: async () => ({ type: 'rejected', failure: fail('credential.rejected') }),
  list: async () => [],
  remove: async () => false,
}
`,
  'errors.ts': `import { defineErrors } from '../../kernel/errors.ts'

export const fail = defineErrors({
  'credential.rejected': { status: 400, native: 'ABA-60002' },
})
`,
  [`${folder}.test.ts`]: `import { afterAll, expect, test } from 'vitest'
import { authenticators } from '../../domain/flow/index.ts'
import { testEngine } from '../../testing.ts'

const { engine, close } = await testEngine()
afterAll(close)

test('policies can name ${folder}', () => {
  expect(engine.contributed(authenticators).get('${folder}')?.proves).toBe('possession')
})
`,
  'README.md': `# ${prose}

What proves what, and which specification it follows.

| specification | file | test |
|---|---|---|
| | [authenticator.ts](authenticator.ts) | [${folder}.test.ts](${folder}.test.ts) |

Policies name it \`${folder}\`. Limits: none known.
`,
})
