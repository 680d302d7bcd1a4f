import type { ApiApp, ClientId, zAppCreate, zAppPatch } from '@cardea/protocol'
import { authMethodOf, isId } from '@cardea/protocol'
import type { JSONWebKeySet } from 'jose'
import type { z } from 'zod'
import type { Administrator } from '../../domain/api/index.ts'
import { actingEngine, apiErrors, pageRequest, pageView, time } from '../../domain/api/index.ts'
import type { Client, NewClient } from '../../domain/client/index.ts'
import { secretId } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import type { Call, VerifiedToken } from '../../kernel/http/call.ts'
import { empty, json } from '../../kernel/http/index.ts'

export type App = { readonly app: Client }

/** The app of the path, if it is the organization's. */
export async function findApp({ org, params }: Call & Administrator, engine: Engine): Promise<App> {
  const id: string | undefined = params.appId
  const app = isId('client', id) ? await engine.clients.get(org, id satisfies ClientId) : undefined
  if (!app) throw apiErrors('api.not_found', { kind: 'app' })
  return { app }
}

export async function listApps(call: Call & Administrator, engine: Engine): Promise<Response> {
  return json(pageView(await engine.clients.list(call.org, pageRequest(call)), appView))
}

export function showApp({ app }: App): Response {
  return json(appView(app))
}

/** An app that authenticates by a secret gets one, shown this once. */
export async function createApp({ org, requester, token, json: body }: Call & Administrator, engine: Engine) {
  const given = body as z.infer<typeof zAppCreate>
  checkReach(engine, token, given.scopes ?? [])
  const { jwks, jwksUri } = given
  const withKeys = jwks !== undefined || jwksUri !== undefined
  const authMethod = given.authMethod ?? (withKeys ? authMethodOf({ jwks, jwksUri }) : 'client_secret_basic')
  const secret = authMethod.startsWith('client_secret') ? engine.random(32) : undefined
  let created: Client | undefined
  const acting = actingEngine(engine, requester, { after: () => created && appView(created) })
  const app = await acting.store.unit(async (unit) => {
    const registration = { ...registrationOf(given), name: given.name, redirectUris: given.redirectUris ?? [] }
    created = await acting.clients.create(unit, { ...registration, org, authMethod, ...(secret ? { secret } : {}) })
    return created
  })
  return json({ ...appView(app), ...(secret ? { secret } : {}) }, 201)
}

export async function changeApp(state: Call & Administrator & App, engine: Engine) {
  const { org, requester, token, app, json: body } = state
  const patch = body as z.infer<typeof zAppPatch>
  checkReach(engine, token, [...app.scopes, ...(patch.scopes ?? [])])
  let changed: Client | undefined
  const after = () => changed && appView(changed)
  const acting = actingEngine(engine, requester, { before: appView(app), after })
  await acting.store.unit(async (unit) => {
    changed = await acting.clients.update(unit, org, app.id, registrationOf(patch))
  })
  if (!changed) throw apiErrors('api.not_found', { kind: 'app' })
  return json(appView(changed))
}

export async function deleteApp({ org, requester, app }: Administrator & App, engine: Engine): Promise<Response> {
  const acting = actingEngine(engine, requester, { before: appView(app), after: () => undefined })
  await acting.store.unit((unit) => acting.clients.remove(unit, org, app.id))
  return empty()
}

/** The secret before stays valid until it is removed, so that a running app can be changed over. */
export async function addSecret(state: Call & Administrator & App, engine: Engine): Promise<Response> {
  const { org, requester, token, app } = state
  checkReach(engine, token, app.scopes)
  if (!app.authMethod.startsWith('client_secret'))
    throw apiErrors('api.invalid', { field: 'authMethod', reason: 'this app does not authenticate by a secret' })
  const acting = actingEngine(engine, requester)
  const added = await acting.store.unit((unit) => acting.clients.addSecret(unit, org, app.id))
  if (!added) throw apiErrors('api.not_found', { kind: 'app' })
  return json(added, 201)
}

export async function removeSecret({ org, requester, app, params }: Call & Administrator & App, engine: Engine) {
  const acting = actingEngine(engine, requester)
  const id = params.secretId ?? ''
  if (!(await acting.store.unit((unit) => acting.clients.removeSecret(unit, org, app.id, id))))
    throw apiErrors('api.not_found', { kind: 'secret' })
  return empty()
}

/**
 * Whoever says what an app may do, or gets its secret, can act as it: with no more of this API than they have
 * themselves (T-TEN-08). `me` is each person's own.
 */
function checkReach(engine: Engine, token: VerifiedToken | undefined, scopes: readonly string[]): void {
  const guarded = engine.resources.own.scopes.filter(({ name }) => !name.startsWith('me:'))
  const beyond = guarded.some(({ name }) => scopes.includes(name) && !token?.scopes.has(name))
  if (beyond) throw apiErrors('api.forbidden')
}

/** The schema has let nothing else through; what is absent stays absent. */
function registrationOf(given: z.infer<typeof zAppPatch>): Partial<NewClient> {
  const { jwks, ...rest } = given
  const members = Object.entries({ ...rest, jwks: jwks as JSONWebKeySet | undefined })
  return Object.fromEntries(members.filter(([, value]) => value !== undefined))
}

function appView(client: Client): ApiApp {
  const { org, secretHashes, createdAt, updatedAt, jwks, signInPolicy, ...rest } = client
  return {
    ...rest,
    organization: org,
    jwks: jwks && { ...jwks, keys: jwks.keys.map((key) => ({ ...key })) },
    redirectUris: [...rest.redirectUris],
    postLogoutRedirectUris: [...rest.postLogoutRedirectUris],
    grantTypes: [...rest.grantTypes],
    scopes: [...rest.scopes],
    origins: [...rest.origins],
    // JSON either way: the policy was read from it.
    signInPolicy: signInPolicy as ApiApp['signInPolicy'],
    secrets: secretHashes.map((hash) => ({ id: secretId(hash) })),
    createdAt: time(createdAt),
    updatedAt: time(updatedAt),
  }
}
