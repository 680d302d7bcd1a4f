import type { IncomingMessage } from 'node:http'
import { request as rawRequest } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from '../testing/browser.ts'
import type { Calendar } from '../testing/calendar.ts'
import { calendar } from '../testing/calendar.ts'
import type { Served } from '../testing/serve.ts'
import { reserve } from '../testing/serve.ts'

/** The API behind the app, and everything it was asked. */
type Upstream = Served & {
  readonly asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
}

async function upstream(): Promise<Upstream> {
  const port = await reserve()
  const asked: Upstream['asked'] = []
  port.answer(async (request, response) => {
    let body = ''
    if (request.url === '/v2/slow') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n')
      setTimeout(() => response.end('data: last\n\n'), 300)
      return
    }
    try {
      for await (const piece of request) body += piece
    } catch {
      return
    }
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
    if (request.url === '/v2/away') return void response.writeHead(302, { location: 'https://evil.example/' }).end()
    response
      .writeHead(request.method === 'POST' ? 201 : 200, {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=600',
        'set-cookie': 'api=1',
        'access-control-allow-origin': '*',
        'clear-site-data': '"*"',
        'x-total-count': '7',
      })
      .end(JSON.stringify({ url: request.url, body }))
  })
  return { ...port, asked }
}

let app: Calendar
let api: Upstream
let browser: Browser

beforeEach(async () => {
  api = await upstream()
  app = await calendar(() => ({
    api: [
      { path: '/events/**', target: `${api.url}/v2/events`, methods: ['GET', 'POST', 'DELETE'], maxBytes: 100_000 },
      { path: '/events/locks', target: `${api.url}/v2/events/locks`, methods: ['GET'] },
      { path: '/events/open/**', target: `${api.url}/v2/events/open`, methods: ['GET', 'DELETE'] },
      { path: '/events/open', target: `${api.url}/v2/events/open`, methods: ['GET'] },
      { path: '/slow', target: `${api.url}/v2/slow`, methods: ['GET'] },
      { path: '/away', target: `${api.url}/v2/away`, methods: ['GET'] },
      { path: '/nobody', target: 'http://localhost:9/', methods: ['GET'] },
    ],
  }))
  browser = app.browser()
  await app.signIn(browser)
})

afterEach(async () => {
  await app.close()
  await api.close()
})

describe('the API relay', () => {
  test('adds the access token, passes path, query and body on, and gives the answer back', async () => {
    const answer = await browser.call(`${app.url}/auth/api/events/7/notes?from=a%20b&x=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"ü"}',
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('x-total-count')).toBe('7')
    expect(await answer.json()).toEqual({ url: '/v2/events/7/notes?from=a%20b&x=1', body: '{"title":"ü"}' })
    const [asked] = api.asked
    expect(asked?.headers.authorization).toMatch(/^Bearer at_/)
    expect(app.idp.tokens).toContain(asked?.headers.authorization?.slice('Bearer '.length))
  })

  test('T-BFF-04 cookies, credentials and internal headers from outside stay outside', async () => {
    await browser.call(`${app.url}/auth/api/events`, {
      headers: {
        authorization: 'Bearer planted',
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-host': 'evil.example',
        'x-user-id': 'root',
        'x-middleware-subrequest': 'middleware',
        'cardea-client-address': '10.0.0.1',
        forwarded: 'for=10.0.0.1',
        'accept-language': 'de',
      },
    })
    const headers = api.asked[0]?.headers ?? {}
    expect(headers.authorization).toMatch(/^Bearer at_/)
    expect(headers['accept-language']).toBe('de')
    expect(headers.host).toBe(new URL(api.url).host)
    const names = Object.keys(headers)
    expect(names.filter((name) => /^(cookie|x-|forwarded|cardea-|origin|referer|sec-fetch-site)/.test(name))).toEqual(
      [],
    )
  })

  test('T-BFF-08 what the API says to caches, cookies and other origins does not reach the browser', async () => {
    const { headers } = await browser.call(`${app.url}/auth/api/events`)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.getSetCookie()).toEqual([])
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(headers.get('clear-site-data')).toBeNull()
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  test('T-BFF-05 twenty parallel calls with an expired token make one refresh and no 401', async () => {
    app.clock.advance(600)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => browser.call(`${app.url}/auth/api/events/${index}`)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(app.idp.count('/oauth2/token', 'refresh_token')).toBe(1)
    expect(new Set(api.asked.map(({ headers }) => headers.authorization)).size).toBe(1)
  })

  test('T-BFF-06 a refused refresh is 401 with a code, and the API is not asked', async () => {
    app.idp.behaviour.refusesRefresh = true
    app.clock.advance(600)
    const answer = await browser.call(`${app.url}/auth/api/events`)
    expect(answer.status).toBe(401)
    expect(await answer.json()).toMatchObject({ error: { reason: 'bff.signed_out' } })
    expect(api.asked).toEqual([])
  })

  test('passes an answer on while it is still being made', async () => {
    const headers = { 'cardea-csrf': '1', cookie: [...browser.cookies()].map((pair) => pair.join('=')).join('; ') }
    const answer = await fetch(`${app.url}/auth/api/slow`, { headers })
    const reader = answer.body?.getReader()
    const first = await reader?.read()
    expect(new TextDecoder().decode(first?.value)).toBe('data: first\n\n')
    const last = await reader?.read()
    expect(new TextDecoder().decode(last?.value)).toBe('data: last\n\n')
  })

  test('refuses a body above the limit, whether it is announced or not', async () => {
    const announced = await browser.call(`${app.url}/auth/api/events`, { method: 'POST', body: 'x'.repeat(100_001) })
    expect(announced.status).toBe(413)
    const pieces = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 30; count++) controller.enqueue(new TextEncoder().encode('x'.repeat(5000)))
        controller.close()
      },
    })
    const streamed = await browser.call(`${app.url}/auth/api/events`, {
      method: 'POST',
      body: pieces,
      duplex: 'half',
    } as RequestInit)
    expect(streamed.status).toBe(413)
    expect(api.asked).toEqual([])
  })

  test('an API that redirects or does not answer is 502 with a code', async () => {
    for (const path of ['/away', '/nobody']) {
      const answer = await browser.call(`${app.url}/auth/api${path}`)
      expect(answer.status).toBe(502)
      expect(answer.headers.get('location')).toBeNull()
      expect(await answer.json()).toMatchObject({ error: { reason: 'bff.api_unreachable' } })
    }
  })

  test('a method or a path that no rule names is refused', async () => {
    expect((await browser.call(`${app.url}/auth/api/events`, { method: 'PUT' })).status).toBe(405)
    for (const path of ['/other', '/eventsx', '/slow/more', '/']) {
      expect((await browser.call(`${app.url}/auth/api${path}`)).status).toBe(403)
    }
    expect(api.asked).toEqual([])
  })

  test.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'T-BFF-03 %s is refused',
    async (name) => {
      const answer = await browser.call(`${app.url}/auth/api/events`, { headers: { [name]: 'DELETE' } })
      expect(answer.status).toBe(403)
      expect((await browser.call(`${app.url}/auth/api/events?_method=DELETE`)).status).toBe(403)
      expect(api.asked).toEqual([])
    },
  )

  /** As bytes on a socket: `fetch` would tidy the target up before it is sent. */
  const raw = (target: string, extra: Record<string, string> = {}, method = 'GET') =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(app.url)
      const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ')
      const headers = { cookie, 'cardea-csrf': '1', origin: app.url, ...extra }
      const sent = rawRequest({ host: hostname, port, path: target, headers, method }, (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end()
    })

  test.each([
    '/auth/api/events/..%2f..%2fadmin',
    '/auth/api/events/..%2F..%2Fadmin',
    '/auth/api/events/..%5cadmin',
    '/auth/api/events/..%252f..%252fadmin',
    '/auth/api/events/%2e%2e/admin',
    '/auth/api/events/%2E%2e/%2e%2E/admin',
    '/auth/api/events/%252e%252e/admin',
    '/auth/api/events/../admin',
    '/auth/api/events/./../../admin',
    '/auth/api/events/..;/admin',
    '/auth/api/events/..;x=1/admin',
    '/auth/api/events/\\..\\admin',
    '/auth/api/events//evil.example/',
    '/auth/api//events',
    '/auth/api//evil.example/events',
    '//evil.example/auth/api/events',
    '/auth/api/https://evil.example/',
    '/auth/api/events/%0d%0ax-planted:%201',
    '/auth/api/events/a%00b',
    '/auth/api/events/%',
    'http://evil.example/auth/api/events',
  ])('T-BFF-03 %s reaches nothing', async (target) => {
    expect([400, 403]).toContain(await raw(target))
    expect(api.asked).toEqual([])
  })

  test.each([
    '/events/locks',
    '/events/locks/',
    '/events/l%6Fcks',
    '/events/%6cocks/',
    '/events/l%256fcks',
    '/%65vents/locks',
    '/events/open',
    '/events/open/',
  ])('T-BFF-03 a narrower rule holds for DELETE %s, however it is spelt (RFC 3986 §6.2.2)', async (path) => {
    expect([403, 405]).toContain(await raw(`/auth/api${path}`, {}, 'DELETE'))
    expect(api.asked).toEqual([])
  })

  test('a slash at the end is the same place, and what is below a rule stays below it', async () => {
    expect(await raw('/auth/api/events/locks/')).toBe(200)
    expect(await raw('/auth/api/events/open/7', {}, 'DELETE')).toBe(200)
    expect(api.asked.map(({ url }) => url)).toEqual(['/v2/events/locks', '/v2/events/open/7'])
  })

  test('T-BFF-03 a Host of somebody else changes nothing', async () => {
    expect(await raw('/auth/api/events', { host: 'evil.example' })).toBe(200)
    expect(api.asked[0]?.headers.host).toBe(new URL(api.url).host)
  })

  test('T-BFF-03 a line break in the request line plants no header', async () => {
    const { hostname, port } = new URL(app.url)
    const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ')
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname)
      let text = ''
      socket.on('data', (piece) => {
        text += piece
      })
      socket.on('close', () => resolve(text))
      socket.write(
        `GET /auth/api/events\r\nx-planted: 1 HTTP/1.1\r\ncookie: ${cookie}\r\ncardea-csrf: 1\r\nconnection: close\r\n\r\n`,
      )
    })
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    expect(api.asked[0]?.url).toBe('/v2/events')
    expect(api.asked[0]?.headers['x-planted']).toBeUndefined()
  })

  test('plain dots, percent signs and umlauts in a name are no attack', async () => {
    for (const name of ['a.b', '..a', 'a..b', '100%25', '%C3%BC', 'a%20b', 'a+b', 'a:b@c'])
      expect(await raw(`/auth/api/events/${name}`)).toBe(200)
    expect(api.asked.map(({ url }) => url.split('/').at(-1))).toEqual([
      'a.b',
      '..a',
      'a..b',
      '100%25',
      '%C3%BC',
      'a%20b',
      'a+b',
      'a:b@c',
    ])
  })
})
