import type { Engine } from '../../domain/engine.ts'
import type { Call } from '../../kernel/http/index.ts'
import { json } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Route } from '../../kernel/route.ts'
import { metadata } from './metadata.ts'

/** Keys and metadata may be kept for ten minutes; the next key is published long before it signs. */
const cached = { 'cache-control': 'public, max-age=600' }

function showMetadata(_: Call, engine: Engine): Response {
  return json(metadata(engine), 200, cached)
}

async function showKeys(_: Call, engine: Engine): Promise<Response> {
  return json(await engine.keys.jwks(), 200, { ...cached, 'content-type': 'application/jwk-set+json' })
}

/**
 * The issuer has no path, so appended (OIDC Discovery §4) and inserted (RFC 8414 §3) are one address each. The
 * compatible alias below `/oauth2/token` names the same issuer.
 */
const documents = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/oauth2/token/.well-known/openid-configuration',
  '/oauth2/token/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration/oauth2/token',
  '/.well-known/oauth-authorization-server/oauth2/token',
]

const open = { access: { type: 'public' }, surface: 'oauth', body: { type: 'none' }, cors: 'any' } as const

export const routes: readonly Route<Engine>[] = [
  ...documents.map(
    (path): Route<Engine> => ({
      ...open,
      method: 'GET',
      path,
      summary: 'What this authorization server does, and where',
      steps: steps(showMetadata),
    }),
  ),
  { ...open, method: 'GET', path: '/oauth2/jwks', summary: 'Public keys of tokens', steps: steps(showKeys) },
]
