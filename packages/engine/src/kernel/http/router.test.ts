import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineErrors } from '../errors.ts'
import { defineFeature } from '../feature.ts'
import type { Kernel } from '../kernel.ts'
import { steps } from '../pipeline.ts'
import type { Call, VerifiedToken } from './call.ts'
import { json } from './reply.ts'
import { createHandler } from './router.ts'

const fail = defineErrors({ 'grant.invalid_code': { status: 400, oauth: 'invalid_grant' } })

const logged: unknown[] = []

/** Only what routing itself uses of a kernel. */
const kernel = {
  development: false,
  publicUrl: 'https://id.example',
  random: () => 'trace-id',
  log: (...line: unknown[]) => logged.push(line),
  text: (code: string) => `Text of ${code}`,
  frame: async () => ({ locale: 'en', url: '/', organization: { id: 'org_1', handle: 'demo', name: 'Demo' } }),
  pages: (view: { page: string }) => ({ head: '<title>page</title>', body: view.page }),
} as unknown as Kernel

const echo = (call: Call) =>
  json({
    query: Object.fromEntries(call.query),
    form: Object.fromEntries(call.form),
    json: call.json ?? null,
    org: call.organization ?? null,
    params: call.params,
  })

const refuse = () => {
  throw fail('grant.invalid_code')
}
const crash = (): Response => {
  throw new Error('secret detail')
}

const base = { access: { type: 'public' }, surface: 'oauth', body: { type: 'none' }, summary: 'A test route.' } as const

const { handle, describe: routes } = createHandler(
  [
    defineFeature<Kernel>({
      id: 'test',
      routes: [
        { ...base, method: 'GET', path: '/oauth2/echo/:name', steps: steps(echo) },
        {
          ...base,
          method: 'POST',
          path: '/oauth2/echo',
          body: { type: 'form', maxBytes: 200 },
          cors: 'any',
          steps: steps(echo),
        },
        {
          ...base,
          method: 'POST',
          path: '/api/v1/things',
          surface: 'problem',
          body: { type: 'json', schema: z.strictObject({ name: z.string() }) },
          steps: steps(echo),
        },
        { ...base, method: 'GET', path: '/oauth2/refuse', steps: steps(refuse) },
        { ...base, method: 'GET', path: '/oauth2/crash', steps: steps(crash) },
        { ...base, method: 'GET', path: '/page/crash', surface: 'page', steps: steps(crash) },
        { ...base, method: 'GET', path: '/dev/thing', access: { type: 'development' }, steps: steps(echo) },
        {
          ...base,
          method: 'GET',
          path: '/api/v1/guarded',
          surface: 'problem',
          access: { type: 'token', scopes: ['a:read'] },
          steps: steps(echo),
        },
      ],
    }),
  ],
  kernel,
  {
    allowsOrigin: async () => false,
    verify: async (token) =>
      token === 'good' || token === 'poor'
        ? ({ scopes: new Set(token === 'good' ? ['a:read'] : []) } as unknown as VerifiedToken)
        : undefined,
  },
)

const send = (path: string, init: RequestInit & { host?: string } = {}) =>
  handle(new Request(`http://${init.host ?? 'localhost'}${path}`, init))
const form = (body: string, headers: Record<string, string> = {}) =>
  send('/oauth2/echo', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })

describe('what a route gets', () => {
  test('the path’s values, decoded, and the query', async () => {
    const response = await send('/oauth2/echo/caf%C3%A9?a=1&b=%20x')
    expect(await response.json()).toMatchObject({ params: { name: 'café' }, query: { a: '1', b: ' x' } })
  })

  test('the organization of /o/{handle}, below /t/{root} or not', async () => {
    for (const prefix of ['/o/acme', '/t/root/o/acme']) {
      const response = await send(`${prefix}/oauth2/echo/x`)
      expect(await response.json()).toMatchObject({ org: 'acme', params: { name: 'x' } })
    }
  })

  test('several resource indicators, joined (RFC 8707 §2)', async () => {
    const response = await form('resource=https%3A%2F%2Fa.test&resource=https%3A%2F%2Fb.test')
    expect(await response.json()).toMatchObject({ form: { resource: 'https://a.test https://b.test' } })
  })

  test('GET answers HEAD without a body', async () => {
    const response = await send('/oauth2/echo/x', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('what no route gets', () => {
  test('T-HPP-01 a parameter that is given twice', async () => {
    const response = await form('a=1&a=2')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    expect((await send('/oauth2/echo/x?a=1&a=1')).status).toBe(400)
  })

  test.each([
    ['NUL in a value', 'a=%00'],
    ['NUL in a name', '%00=1'],
  ])('%s', async (_what, body) => {
    expect((await form(body)).status).toBe(400)
  })

  test('a lone surrogate in JSON', async () => {
    const response = await send('/api/v1/things', {
      method: 'POST',
      body: '{"name":"\\ud800"}',
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'request.bad_characters' })
  })

  test.each(['{', '', '[', '{"name":"x"}}'])('malformed JSON %j', async (body) => {
    const response = await send('/api/v1/things', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(400)
  })

  test('T-PRO-01 __proto__ in JSON, and a path value that names a prototype member', async () => {
    const response = await send('/api/v1/things', {
      method: 'POST',
      body: '{"name":"x","__proto__":{"admin":true}}',
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(400)
    expect((await send('/oauth2/echo/__proto__')).status).toBe(200)
    expect('admin' in {}).toBe(false)
  })

  test('members a schema does not have, named by their path', async () => {
    const response = await send('/api/v1/things', {
      method: 'POST',
      body: '{"name":"x","role":"admin"}',
      headers: { 'content-type': 'application/json' },
    })
    expect(await response.json()).toMatchObject({ code: 'request.invalid_parameter', params: { name: 'role' } })
  })

  test.each([
    ['json to a form route', '/oauth2/echo', 'application/json', '{}'],
    ['form to a json route', '/api/v1/things', 'application/x-www-form-urlencoded', 'name=x'],
    ['text to a json route', '/api/v1/things', 'text/plain', '{"name":"x"}'],
  ])('another content type: %s', async (_what, path, type, body) => {
    expect((await send(path, { method: 'POST', body, headers: { 'content-type': type } })).status).toBe(415)
  })

  test('more bytes than allowed, announced or not', async () => {
    expect((await form(`a=${'x'.repeat(300)}`)).status).toBe(413)
    expect((await form(`a=${'x'.repeat(300)}`, { 'content-length': '302' })).status).toBe(413)
  })

  test.each([
    '//oauth2/echo/x',
    '/oauth2/echo/..%2fx',
    '/oauth2/echo/%2e%2e/x',
    '/oauth2\\echo/x',
    '/oauth2/echo/x%00',
  ])('the ambiguous path %s', async (path) => {
    // A Request would normalise some of these; a hostile client's raw target is not.
    const request = {
      url: `http://localhost${path}`,
      method: 'GET',
      headers: new Headers(),
      body: null,
    } as unknown as Request
    expect((await handle(request)).status).toBe(404)
  })
})

describe('answers', () => {
  test('an unknown path is 404, a known one with another method 405 with Allow', async () => {
    expect((await send('/oauth2/nothing')).status).toBe(404)
    const response = await send('/oauth2/echo')
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  test('a refusal is the surface’s error', async () => {
    const response = await send('/oauth2/refuse')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'invalid_grant', error_description: 'Text of grant.invalid_code' })
  })

  test('T-SEC-01 a defect is a 500 with a trace id and nothing of its cause', async () => {
    const response = await send('/oauth2/crash')
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('secret detail')
    const asPage = await send('/page/crash')
    expect(asPage.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await asPage.text()).not.toContain('secret detail')
    expect(JSON.stringify(logged)).toContain('trace-id')
  })

  test('T-WEB-01 headers of JSON and pages', async () => {
    const plain = await send('/oauth2/refuse')
    expect(plain.headers.get('cache-control')).toBe('no-store')
    expect(plain.headers.get('x-content-type-options')).toBe('nosniff')
    expect(plain.headers.get('referrer-policy')).toBe('no-referrer')
    const shown = await send('/page/crash')
    const policy = shown.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'nonce-[^']+' 'strict-dynamic'/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(shown.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    for (const { headers } of [plain, shown]) expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d+/)
  })

  test('an error page that cannot be drawn is still an answer, and nothing of why', async () => {
    const pages = () => {
      throw new Error('secret detail')
    }
    const page = defineFeature<Kernel>({
      id: 'page',
      routes: [{ ...base, surface: 'page', method: 'GET', path: '/page', steps: steps(crash) }],
    })
    const broken = createHandler([page], { ...kernel, pages } as Kernel, {
      verify: async () => undefined,
      allowsOrigin: async () => false,
    })
    const answer = await broken.handle(new Request('https://id.example/page'))
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('secret detail')
  })

  test('development routes do not exist elsewhere', async () => {
    expect((await send('/dev/thing')).status).toBe(404)
  })

  test('CORS: any origin without credentials where declared, none elsewhere', async () => {
    const open = await form('a=1', { origin: 'https://app.test' })
    expect(open.headers.get('access-control-allow-origin')).toBe('*')
    expect(open.headers.get('access-control-allow-credentials')).toBeNull()
    const preflight = await send('/oauth2/echo', { method: 'OPTIONS', headers: { origin: 'https://app.test' } })
    expect(preflight.status).toBe(204)
    const closed = await send('/oauth2/refuse', { headers: { origin: 'https://app.test' } })
    expect(closed.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a guarded route asks for a token, tells a bad one, and names the missing scope (RFC 6750 §3)', async () => {
    const none = await send('/api/v1/guarded')
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const bad = await send('/api/v1/guarded', { headers: { authorization: 'Bearer nonsense' } })
    expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    const poor = await send('/api/v1/guarded', { headers: { authorization: 'Bearer poor' } })
    expect(poor.status).toBe(403)
    expect(poor.headers.get('www-authenticate')).toContain('scope="a:read"')
    expect((await send('/api/v1/guarded', { headers: { authorization: 'bearer good' } })).status).toBe(200)
  })

  test('routes describe themselves', () => {
    expect(routes().find((route) => route.path === '/oauth2/refuse')?.steps).toEqual(['refuse'])
  })
})

describe('when it cannot be found out whether an origin is an app’s', () => {
  const shared = defineFeature<Kernel>({
    id: 'shared',
    routes: [{ ...base, method: 'POST', path: '/shared', cors: 'apps', steps: steps(echo) }],
  })
  const broken = createHandler([shared], kernel, {
    verify: async () => undefined,
    allowsOrigin: async () => {
      throw new Error('the database is away')
    },
  })

  test.each(['POST', 'OPTIONS'])('%s is answered all the same, and no page may read it', async (method) => {
    logged.length = 0
    const headers = { origin: 'https://unknown.example' }
    const answer = await broken.handle(new Request('https://id.example/shared', { method, headers }))
    expect(answer.ok).toBe(true)
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(JSON.stringify(logged)).toContain('origin')
  })
})
