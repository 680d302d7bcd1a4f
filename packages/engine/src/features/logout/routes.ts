import { timingSafeEqual } from 'node:crypto'
import { formFields } from '@cardea/protocol'
import type { Engine } from '../../domain/engine.ts'
import type { Session } from '../../domain/session/index.ts'
import type { Call } from '../../kernel/http/index.ts'
import { page, redirect } from '../../kernel/http/index.ts'
import { steps } from '../../kernel/pipeline.ts'
import type { Body, Route } from '../../kernel/route.ts'
import { logoutDirectly } from './direct.ts'
import { end } from './end.ts'
import type { LogoutRequest, Parameters } from './request.ts'
import { confirmation, findSessions, parseLogout } from './request.ts'

function readParameters(call: Call): { call: Call; params: Parameters } {
  return { call, params: call.method === 'POST' ? call.form : call.query }
}

interface Asked {
  readonly call: Call
  readonly params: Parameters
  readonly logout: LogoutRequest
  readonly own: Session | undefined
  readonly hinted: Session | undefined
}

async function readRequest(
  { call, params }: Pick<Asked, 'call' | 'params'>,
  engine: Engine,
): Promise<Pick<Asked, 'logout' | 'own' | 'hinted'> | Response> {
  if (params.get('response_mode') === 'direct') return logoutDirectly(engine, call, params)
  const logout = await parseLogout(engine, params)
  return { logout, ...(await findSessions(engine, call, logout.hint)) }
}

/** Without a hint that proves who asks, the person is: another site must not be able to sign them out. */
async function askIfNeeded(asked: Asked, engine: Engine): Promise<{ ended: readonly Session[] } | Response> {
  const { call, params, logout, own, hinted } = asked
  const sessions = [own, hinted].filter((session) => session !== undefined)
  if (own && own.account !== logout.hint?.account && !isConfirmed(asked, engine)) return ask(asked, engine, own)
  // The cookie (Lax) does not come with another site's POST; it does with the GET this becomes.
  const elsewhere = call.method === 'POST' && sessions.length === 0 && !logout.hint
  if (elsewhere && !params.has(formFields.csrf)) return redirect(`/oidc/logout?${new URLSearchParams([...params])}`)
  return { ended: sessions }
}

async function endSessions(
  { call, logout, ended }: Asked & { ended: readonly Session[] },
  engine: Engine,
): Promise<{ cookies: readonly string[] }> {
  await end(engine, call, logout.client, ended)
  // A post of another site comes without the cookie: with a hint of its own it must not take this person's away.
  return { cookies: engine.sessions.cookie.read(call.cookies) === undefined ? [] : [engine.sessions.cookie.clear()] }
}

async function leave(
  { call, logout, cookies }: Asked & { cookies: readonly string[] },
  engine: Engine,
): Promise<Response> {
  const { client, returnTo } = logout
  if (returnTo !== undefined) return redirect(returnTo, cookies)
  const content = client ? { client: { name: client.name, ...(client.uri && { uri: client.uri }) } } : {}
  return page(engine, call, { page: 'signed-out', ...content }, { cookies })
}

function isConfirmed({ call, params }: Asked, engine: Engine): boolean {
  const given = Buffer.from(params.get(formFields.csrf) ?? '')
  const expected = Buffer.from(confirmation(engine, call) ?? '')
  return (
    call.method === 'POST' && given.length > 0 && given.length === expected.length && timingSafeEqual(given, expected)
  )
}

async function ask({ call, params, logout, own }: Asked, engine: Engine, session: Session): Promise<Response> {
  const fields: Record<string, string> = {}
  for (const name of ['client_id', 'post_logout_redirect_uri', 'state']) {
    const value = name === 'client_id' ? logout.client?.clientId : params.get(name)
    if (value !== undefined) fields[name] = value
  }
  const account = own && (await engine.accounts.find(session.org, session.account))
  return page(
    engine,
    call,
    {
      page: 'logout',
      form: { action: '/oidc/logout', csrf: confirmation(engine, call) ?? '', fields },
      ...(logout.client && { client: { name: logout.client.name } }),
      ...(account && { account: { name: account.name ?? account.username, identifier: account.username } }),
    },
    { formAction: logout.returnTo === undefined ? [] : [sourceOf(logout.returnTo)], org: session.org },
  )
}

/** The post on this page ends in a redirect, which Chromium holds against `form-action`. */
function sourceOf(uri: string): string {
  const { protocol, origin } = new URL(uri)
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol
}

const route = (method: 'GET' | 'POST', body: Body): Route<Engine> => ({
  method,
  path: '/oidc/logout',
  summary: 'Signs the person out, here and in every app',
  access: { type: 'public' },
  surface: 'page',
  body,
  steps: steps(readParameters, readRequest, askIfNeeded, endSessions, leave),
})

export const routes: readonly Route<Engine>[] = [route('GET', { type: 'none' }), route('POST', { type: 'form' })]
