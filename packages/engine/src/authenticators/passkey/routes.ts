import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'

/** WebAuthn L3 §5.11: which other origins may use the deployment's RP ID. */
async function listRelatedOrigins(_call: Call, engine: Engine) {
  return json({ origins: await engine.clients.origins() }, 200, { 'cache-control': 'public, max-age=300' })
}

export const routes: readonly Route<Engine>[] = [
  {
    method: 'GET',
    path: '/.well-known/webauthn',
    summary: 'Origins of registered apps, which may use the passkeys of this deployment.',
    access: { type: 'public' },
    surface: 'oauth',
    body: { type: 'none' },
    cors: 'any',
    steps: steps(listRelatedOrigins),
  },
]
