import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@cardea/tooling/postgres'
import type { Running } from './processes.ts'
import { startServer } from './processes.ts'
import type { Target } from './scenarios/scenario.ts'
import common from './servers/cardea.config.json' with { type: 'json' }

export type Database = 'sqlite' | 'postgres'

const here = import.meta.dirname
const password = 'four-quiet-unrelated-words'
const client = {
  clientId: 'bench',
  clientSecret: 'bench-secret-bench-secret-bench-secret',
  redirectUri: 'http://localhost:9/cb',
  resource: 'https://api.bench.test',
}

/** The built server, as an operator runs it, with so many `people`, each of whom has a password. */
export async function startCardea(
  database: Database,
  port: number,
  { people, nodeOptions = [] }: { readonly people: number; readonly nodeOptions?: readonly string[] },
): Promise<Running & { target: Target }> {
  const data = mkdtempSync(join(tmpdir(), 'cardea-bench-'))
  const usernames = Array.from({ length: people }, (_, index) => `person-${index}`)
  const accounts = usernames.map((username) => ({ username, password }))
  const config = join(data, 'cardea.config.json')
  writeFileSync(config, JSON.stringify({ ...common, accounts }))
  const running = await startServer(
    join(here, '../../apps/server/.output/server/index.mjs'),
    port,
    {
      CARDEA_PUBLIC_URL: `http://localhost:${port}`,
      CARDEA_CONFIG: config,
      CARDEA_DATA: data,
      CARDEA_LOG: 'error',
      CARDEA_KEY: Buffer.alloc(32, 7).toString('base64url'),
      ...(database === 'postgres' ? { DATABASE_URL: await createTestDatabase() } : {}),
    },
    { path: '/healthz', nodeOptions },
  )
  const { origin } = running
  const target: Target = {
    ...client,
    introspectedResource: client.resource,
    origin,
    paths: {
      authorize: '/oauth2/authorize',
      token: '/oauth2/token',
      introspection: '/oauth2/introspect',
      native: '/oauth2/authn',
    },
    people: usernames.map((username) => ({ username, password })),
    cookie: () => signInByForms(origin),
  }
  return { ...running, target }
}

/** The peer, as its documentation sets it up for this work. */
export async function startPeer(database: Database | 'memory', port: number): Promise<Running & { target: Target }> {
  const running = await startServer(
    join(here, 'servers/oidc-provider.ts'),
    port,
    database === 'postgres' ? { DATABASE_URL: await createTestDatabase() } : {},
    { path: '/.well-known/openid-configuration' },
  )
  const { origin } = running
  const target: Target = {
    ...client,
    introspectedResource: 'https://opaque.bench.test',
    origin,
    paths: { authorize: '/auth', token: '/token', introspection: '/token/introspection' },
    people: [],
    cookie: () => followInteraction(origin),
  }
  return { ...running, target }
}

const authorization = new URLSearchParams({
  client_id: client.clientId,
  response_type: 'code',
  redirect_uri: client.redirectUri,
  scope: 'openid',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})

/** A browser that keeps cookies: goes from page to page until the app gets its code, and says which cookies it has then. */
function createBrowser(origin: string) {
  const cookies = new Map<string, string>()
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const go = async (path: string, form?: Record<string, string>) => {
    const response = await fetch(new URL(path, origin), {
      redirect: 'manual',
      headers: { cookie: header(), origin, 'sec-fetch-site': 'same-origin' },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return { location: response.headers.get('location') ?? '', html: await response.text() }
  }
  return { go, header }
}

async function followInteraction(origin: string): Promise<string> {
  const { go, header } = createBrowser(origin)
  let { location } = await go(`/auth?${authorization}`)
  for (let hops = 0; hops < 6 && !location.startsWith(client.redirectUri); hops += 1)
    location = (await go(location)).location
  return header()
}

/** Signs in through the hosted pages as plain forms: what a browser without JavaScript does. */
async function signInByForms(origin: string): Promise<string> {
  const { go, header } = createBrowser(origin)
  let { location } = await go(`/oauth2/authorize?${authorization}`)
  for (const params of [{ username: 'person-0' }, { password }]) {
    const [name = ''] = Object.keys(params)
    const { html } = await go(location)
    const form = html.split('<form').find((part) => part.includes(`name="${name}"`)) ?? ''
    const action = /action="([^"]+)"/.exec(form)?.[1]
    if (!action) throw new Error(`no form for ${name} at ${location}`)
    const hidden = Object.fromEntries(
      [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
        /name="([^"]*)"/.exec(input)?.[1] ?? '',
        /value="([^"]*)"/.exec(input)?.[1] ?? '',
      ]),
    )
    location = (await go(action, { ...hidden, ...params })).location
  }
  if (!location.startsWith(client.redirectUri)) throw new Error(`sign-in ended at ${location}`)
  return header()
}
