import type { ApiConnectedApp } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import { apiErrors, time } from '../../domain/api/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Consent } from '../../domain/grant/index.ts'
import type { Call } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'
import type { Self } from './self.ts'

export async function listApps({ org, account }: Self, engine: Engine): Promise<Response> {
  const consents = await engine.grants.consents(org, account.id)
  const items = await Promise.all(consents.map((consent) => appView(engine, org, consent)))
  return json({ items: items.filter((item) => item !== undefined) })
}

export async function revokeApp({ org, account, acting, params }: Call & Self): Promise<Response> {
  const id = params.appId
  if (
    !isId('client', id) ||
    !(await acting.store.unit((unit) => acting.grants.revokeConsent(unit, org, account.id, id)))
  )
    throw apiErrors('api.not_found', { kind: 'app' })
  return empty()
}

/** What OpenID Connect's own scopes mean (OIDC Core §5.4). */
const openid: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  profile: 'See your name and picture',
  email: 'See your e-mail address',
  offline_access: 'Keep access while you are away',
}

async function appView(engine: Engine, org: Self['org'], consent: Consent): Promise<ApiConnectedApp | undefined> {
  const client = await engine.clients.get(org, consent.client)
  if (!client) return undefined
  const { id, name, uri, logoUri } = client
  const describe = async (scope: string) => {
    const [resource] = await engine.resources.owners(scope, client.org)
    const description = resource?.scopes.find((one) => one.name === scope)?.description
    // An API that was agreed to by its identifier.
    const api = await engine.resources.usable(scope, client.org)
    return { name: scope, description: openid[scope] ?? description ?? (api ? `Use ${api.name}` : scope) }
  }
  return {
    id,
    name,
    uri,
    logoUri,
    scopes: await Promise.all(consent.scope.map(describe)),
    grantedAt: time(consent.grantedAt),
  }
}
