import type { Files, Name } from './create.ts'

/** A grant type that the token endpoint knows and that refuses every request. */
export const grantFiles = ({ folder, code, prose }: Name): Files => ({
  'feature.ts': `import type { Engine } from '../../domain/engine.ts'
import { tokenGrants } from '../../domain/grant/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { grant, grantType } from './grant.ts'

/** ${prose}: everything it adds to the engine. */
export const ${code}Feature = defineFeature<Engine>({
  id: '${folder}',
  contributes: [contribute(tokenGrants, { [grantType]: grant })],
})
`,
  'grant.ts': `import type { TokenGrant } from '../../domain/grant/index.ts'
import { fail } from './errors.ts'

export const grantType = 'urn:cardea:params:oauth:grant-type:${folder}'

export const grant: TokenGrant = {
  parameters: [],
  handle: async () => {
    throw fail('client.grant_not_allowed', { grantType })
  },
}
`,
  'errors.ts': `import { defineErrors } from '../../kernel/errors.ts'

export const fail = defineErrors({
  'client.grant_not_allowed': { status: 400, oauth: 'unauthorized_client' },
})
`,
  [`${folder}.test.ts`]: `import { afterAll, expect, test } from 'vitest'
import { tokenGrants } from '../../domain/grant/index.ts'
import { testEngine } from '../../testing.ts'
import { grantType } from './grant.ts'

const { engine, close } = await testEngine()
afterAll(close)

test('the token endpoint knows the grant', () => {
  expect([...engine.contributed(tokenGrants).keys()]).toContain(grantType)
})
`,
  'README.md': `# ${prose}

Which grant it is, for whom, and which specification it follows.

| specification | file | test |
|---|---|---|
| | [grant.ts](grant.ts) | [${folder}.test.ts](${folder}.test.ts) |

Joins the token endpoint's slot \`token.grants\`. Limits: none known.
`,
})
