import { beforeAll, describe, expect, inject, test } from 'vitest'
import { administratorToken } from '../deployment/administrator.ts'
import type { RawAnswer, RawRequest } from './raw.ts'
import { send } from './raw.ts'
import { everyRoute, nameOf, pathOf, tokenForEverything } from './routes.ts'

const origin = inject('origin')
const routes = (await everyRoute()).map((route) => ({ name: nameOf(route), route }))

let token = ''
beforeAll(async () => {
  token = await tokenForEverything(42)
})

const spoofed = {
  host: 'evil.test',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '444',
  'x-forwarded-prefix': '/evil.test',
  forwarded: 'host=evil.test;proto=https',
  'x-original-url': '/evil.test',
  'x-rewrite-url': '/evil.test',
}

const authorize = `/oauth2/authorize?${new URLSearchParams({
  client_id: 'es256',
  redirect_uri: 'http://localhost:29823/callback',
  response_type: 'code',
  scope: 'openid',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
})}`

describe('T-RED-07 Host and X-Forwarded-* change nothing', () => {
  test.each(routes)('$name', async ({ route }) => {
    const request = { method: route.method, path: pathOf(route), body: route.body.type === 'none' ? '' : '{}' }
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const plain = await send(origin, { ...request, headers })
    const answer = await send(origin, { ...request, headers: { ...headers, ...spoofed } })
    // What only this machine may see is not there for a request that came by another name or through a proxy.
    const isLocal = route.access.type === 'development' || route.path === '/metrics'
    expect(answer.status).toBe(isLocal ? 404 : plain.status)
    expect(answer.body).not.toContain('evil.test')
    expect(JSON.stringify(answer.headers)).not.toContain('evil.test')
    expect(answer.headers.location).toBe(plain.headers.location)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('a sign-in that starts under a spoofed Host goes to our own page, with our own cookie', async () => {
    const plain = await send(origin, { method: 'GET', path: authorize })
    const answer = await send(origin, { method: 'GET', path: authorize, headers: spoofed })
    expect(answer.status).toBe(303)
    expect(new URL(answer.headers.location ?? '', origin).origin).toBe(origin)
    const attributes = (cookies: readonly string[] = []) => cookies.map((cookie) => cookie.replace(/=[^;]*/, ''))
    expect(attributes(answer.headers['set-cookie'])).toEqual(attributes(plain.headers['set-cookie']))
  })

  test('discovery names the configured issuer only', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
      const { body } = await send(origin, { method: 'GET', path, headers: spoofed })
      expect(JSON.parse(body).issuer).toBe(origin)
      expect(body).not.toContain('evil.test')
      expect(body).not.toContain('https://')
    }
  })
})

/** What is the same for everybody and may be kept; any other answer is for whoever asked. */
const cacheable = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/oauth2/token/.well-known/openid-configuration',
  '/oauth2/token/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration/oauth2/token',
  '/.well-known/oauth-authorization-server/oauth2/token',
  '/.well-known/webauthn',
  '/oauth2/jwks',
])

describe('T-WEB-01 headers', () => {
  const check = (what: string, headers: RawAnswer['headers'], body: string) => {
    expect(headers['x-content-type-options'], what).toBe('nosniff')
    expect(headers['referrer-policy'], what).toBe('no-referrer')
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers.server).toBeUndefined()
    const type = String(headers['content-type'] ?? '')
    if (body === '') return
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    if (!type.startsWith('text/html')) return
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-/)
    expect(headers['cache-control']).toContain('no-store')
  }

  test.each(routes)('$name', async ({ route }) => {
    for (const headers of [{}, { authorization: `Bearer ${token}` }, { accept: 'text/html' }]) {
      const answer = await send(origin, {
        method: route.method,
        path: pathOf(route),
        headers: { ...headers, 'content-type': 'application/json' },
        body: route.body.type === 'none' ? '' : '{}',
      })
      const what = `${route.path} ${answer.status}`
      check(what, answer.headers, answer.body)
      const isKept = answer.status === 200 && cacheable.has(route.path)
      expect(answer.headers['cache-control'], what).toMatch(isKept ? /^public, max-age=\d+$/ : /^no-store$/)
    }
  })

  test('what is nowhere, and the server’s own pages', async () => {
    const paths = ['/nowhere', '/api/v1/nowhere', '/oauth2/nowhere', '/', '/signin', '/account', '/_portal/nothing.js']
    for (const path of paths) {
      const { headers, body } = await send(origin, { method: 'GET', path })
      if (body !== '') check(path, headers, body)
    }
  })

  test('built files are what they say they are', async () => {
    const { body } = await send(origin, { method: 'GET', path: '/oauth2/authorize' })
    const files = [...body.matchAll(/(?:src|href)="(\/_portal\/[^"]+)"/g)].map(([, path = '']) => path)
    expect(files.length).toBeGreaterThan(2)
    for (const path of files) {
      const { status, headers } = await send(origin, { method: 'GET', path })
      expect(status, path).toBe(200)
      expect(headers['x-content-type-options'], path).toBe('nosniff')
      expect(headers['set-cookie'], path).toBeUndefined()
    }
  })

  test('every page has its own nonce, and no script without it', async () => {
    const nonces = new Set<string>()
    for (let times = 0; times < 3; times += 1) {
      const { headers, body } = await send(origin, { method: 'GET', path: '/oauth2/authorize' })
      const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? ''
      expect(nonce.length).toBeGreaterThanOrEqual(16)
      // A block of data is not run; everything else needs the nonce.
      for (const [script] of body.matchAll(/<script\b(?![^>]*application\/json)[^>]*>/g))
        expect(script).toContain(`nonce="${nonce}"`)
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
  })
})

describe('T-ISO-01 interleaved refusals', () => {
  const count = process.env.CARDEA_LONG ? 10_000 : 1500

  test(`${count} failing requests, fifty at a time: none has anything of another`, { timeout: 240_000 }, async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const json = { 'content-type': 'application/json' }
    const kinds: ((own: string) => RawRequest)[] = [
      (own) => ({ method: 'GET', path: `/api/v1/accounts/${own}` }),
      (own) => ({ method: 'GET', path: `/oauth2/authorize?client_id=${own}&state=${own}` }),
      (own) => ({ method: 'GET', path: `/${own}` }),
      (own) => ({ method: 'POST', path: '/oauth2/token', headers: form, body: `grant_type=${own}&client_id=${own}` }),
      (own) => ({ method: 'POST', path: '/oauth2/introspect', headers: form, body: `token=${own}` }),
      (own) => ({ method: 'POST', path: '/api/v1/apps', headers: json, body: `{"${own}":1}` }),
      (own) => ({
        method: 'POST',
        path: '/oauth2/authn',
        headers: json,
        body: JSON.stringify({ flowId: own, selectedAuthenticator: { authenticatorId: own } }),
      }),
    ]
    // A person's own token has a smaller limit of calls; what is refused for that has nothing to say of anybody.
    const bearer = { authorization: `Bearer ${await administratorToken(origin)}` }
    const foreign: string[] = []
    let next = 0
    const worker = async () => {
      while (next < count) {
        const number = next
        next += 1
        const own = `canary${String(number).padStart(6, '0')}x`
        const request = kinds[number % kinds.length]?.(own) ?? { method: 'GET', path: `/${own}` }
        const headers = { ...request.headers, ...(request.path.startsWith('/api/') ? bearer : {}) }
        const { status, headers: answered, body } = await send(origin, { ...request, headers })
        if (status < 400 || status >= 500 || status === 429) foreign.push(`${request.path} answered ${status}`)
        for (const [found] of `${body}${JSON.stringify(answered)}`.matchAll(/canary\d{6}x/g))
          if (found !== own) foreign.push(`${own} saw ${found}`)
      }
    }
    await Promise.all(Array.from({ length: 50 }, worker))
    expect(foreign).toEqual([])
  })
})
