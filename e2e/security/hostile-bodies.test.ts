import { beforeAll, describe, expect, inject, test } from 'vitest'
import { administratorToken } from '../deployment/administrator.ts'
import type { RawAnswer } from './raw.ts'
import { send } from './raw.ts'
import { everyRoute, nameOf, pathOf, tokenForEverything } from './routes.ts'

const origin = inject('origin')
const routes = await everyRoute()
const canary = 'canary-7Yq2'

type Type = 'form' | 'json' | 'either'

interface Hostile {
  readonly what: string
  readonly types: readonly Type[]
  readonly contentType: string
  readonly body: string | Buffer
  readonly status: number
}

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'
const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`

/** What is refused before a route's own steps see anything of it. */
const hostile: readonly Hostile[] = [
  { what: 'malformed JSON', types: ['json', 'either'], contentType: json, body: `{"name":"${canary}`, status: 400 },
  { what: 'an empty body', types: ['json'], contentType: json, body: '', status: 400 },
  { what: 'an array for an object', types: ['json', 'either'], contentType: json, body: `["${canary}"]`, status: 400 },
  { what: 'null for an object', types: ['json', 'either'], contentType: json, body: 'null', status: 400 },
  { what: 'a number for an object', types: ['json', 'either'], contentType: json, body: '7', status: 400 },
  { what: 'text for an object', types: ['json', 'either'], contentType: json, body: `"${canary}"`, status: 400 },
  {
    what: 'a member nobody knows',
    types: ['json'],
    contentType: json,
    body: `{"nobody-knows":"${canary}"}`,
    status: 400,
  },
  {
    what: 'NUL in JSON',
    types: ['json', 'either'],
    contentType: json,
    body: `{"name":"${canary}\\u0000"}`,
    status: 400,
  },
  {
    what: 'a lone surrogate in JSON',
    types: ['json', 'either'],
    contentType: json,
    body: `{"name":"${canary}\\ud800"}`,
    status: 400,
  },
  { what: 'JSON nested 200 deep', types: ['json', 'either'], contentType: json, body: deep, status: 400 },
  {
    what: 'T-PRO-01 __proto__ in JSON',
    types: ['json', 'either'],
    contentType: json,
    body: `{"__proto__":{"admin":"${canary}"}}`,
    status: 400,
  },
  {
    what: 'T-PRO-01 constructor.prototype in JSON',
    types: ['json', 'either'],
    contentType: json,
    body: `{"constructor":{"prototype":{"admin":"${canary}"}}}`,
    status: 400,
  },
  {
    what: 'two megabytes',
    types: ['form', 'json', 'either'],
    contentType: json,
    body: `{"name":"${'x'.repeat(2_000_000)}"}`,
    status: 413,
  },
  {
    what: 'two megabytes of form',
    types: ['form', 'either'],
    contentType: form,
    body: `name=${'x'.repeat(2_000_000)}`,
    status: 413,
  },
  { what: 'NUL in a form', types: ['form', 'either'], contentType: form, body: `name=${canary}%00`, status: 400 },
  {
    what: 'NUL in a form’s name',
    types: ['form', 'either'],
    contentType: form,
    body: `na%00me=${canary}`,
    status: 400,
  },
  {
    what: 'T-HPP-01 a parameter given twice',
    types: ['form', 'either'],
    contentType: form,
    body: `name=${canary}&name=b`,
    status: 400,
  },
  {
    what: 'JSON as text',
    types: ['form', 'json', 'either'],
    contentType: 'text/plain',
    body: `{"name":"${canary}"}`,
    status: 415,
  },
  {
    what: 'XML',
    types: ['form', 'json', 'either'],
    contentType: 'application/xml',
    body: `<name>${canary}</name>`,
    status: 415,
  },
  { what: 'a form to JSON', types: ['json'], contentType: form, body: `name=${canary}`, status: 415 },
  { what: 'JSON to a form', types: ['form'], contentType: json, body: `{"name":"${canary}"}`, status: 415 },
  {
    what: 'bytes that are not UTF-8',
    types: ['json', 'either'],
    contentType: json,
    body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    status: 400,
  },
]

/** What nobody outside may read: traces, SQL, paths, or somebody's value. */
const leaks =
  /\bat \S+ \(|node_modules|\.[cm]?[jt]s:\d|SQLITE|syntax error|\bselect .* from\b|\/work\/|\/home\/|canary-/i

const withBody = routes.flatMap((route) => {
  const { type } = route.body
  return type === 'none' ? [] : [{ name: nameOf(route), route, type }]
})

let token = ''
let administrator = ''
beforeAll(async () => {
  token = await tokenForEverything(41)
  administrator = await administratorToken(origin)
})

const written = async () => {
  const counts = await Promise.all(
    ['accounts', 'apps', 'organizations'].map(async (kind) => {
      const headers = { authorization: `Bearer ${administrator}` }
      let count = 0
      let after = ''
      do {
        const page = await fetch(
          `${origin}/api/v1/${kind}?limit=100${after && `&after=${encodeURIComponent(after)}`}`,
          { headers },
        )
        const { items, next } = (await page.json()) as { items: unknown[]; next?: string }
        count += items.length
        after = next ?? ''
      } while (after)
      return [kind, count]
    }),
  )
  return Object.fromEntries(counts)
}

const readiness = async () => (await send(origin, { method: 'GET', path: '/readyz' })).status

describe('hostile bodies, on every route that has one', () => {
  test.each(withBody)('$name', async ({ route, type }) => {
    for (const { what, contentType, body, status } of hostile.filter(({ types }) => types.includes(type))) {
      const answer: RawAnswer = await send(origin, {
        method: route.method,
        path: pathOf(route),
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': contentType,
          'content-length': String(Buffer.byteLength(body)),
        },
        body,
      })
      expect(answer.status, `${what}: ${answer.body}`).toBe(status)
      expect(answer.body, what).not.toMatch(leaks)
    }
    expect(await readiness()).toBe(200)
  })

  test('leave nothing behind', async () => {
    const before = await written()
    for (const { route, type } of withBody) {
      for (const { contentType, body } of hostile.filter(({ types }) => types.includes(type))) {
        const headers = { authorization: `Bearer ${administrator}`, 'content-type': contentType }
        await send(origin, { method: route.method, path: pathOf(route), headers, body }).catch(() => undefined)
      }
    }
    expect(await written()).toEqual(before)
  })

  test('a body without end is cut off', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(97)),
    })
    const answer = await fetch(`${origin}/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': form },
      body: endless,
      duplex: 'half',
    } as RequestInit).then(
      (response) => response.status,
      () => 'cut',
    )
    expect([413, 'cut']).toContain(answer)
    expect(await readiness()).toBe(200)
  })
})

describe('hostile addresses, on every route', () => {
  const queries = [
    ['T-HPP-01 a parameter given twice', `?a=${canary}&a=2`],
    ['NUL', `?a=${canary}%00`],
    ['T-PRO-01 names of the prototype', '?__proto__=1&constructor=2&toString=3'],
    ['bytes that are not UTF-8', '?a=%ff%fe'],
  ] as const

  test.each(routes.map((route) => ({ name: nameOf(route), route })))('$name', async ({ route }) => {
    for (const [what, query] of queries) {
      const answer = await send(origin, {
        method: route.method,
        path: pathOf(route) + query,
        headers: { authorization: `Bearer ${token}` },
      })
      if (what.startsWith('T-HPP') || what === 'NUL') expect(answer.status, what).toBe(400)
      expect(answer.status, `${what}: ${answer.body}`).toBeLessThan(500)
      expect(answer.body, what).not.toMatch(leaks)
    }
  })

  test.each(routes.filter(({ path }) => path.includes('/:')).map((route) => ({ name: nameOf(route), route })))(
    '$name, with a hostile value in the path',
    async ({ route }) => {
      const values = [
        '__proto__',
        'constructor',
        '%00',
        '%ff',
        '..%2f..%2fetc',
        '%2e%2e',
        "'%20OR%201=1--",
        'x'.repeat(4000),
      ]
      for (const value of values) {
        const answer = await send(origin, {
          method: route.method,
          path: route.path.replace(/:(\w+)/g, value),
          headers: { authorization: `Bearer ${token}`, 'content-type': json },
          ...(route.body.type === 'none' ? {} : { body: '{}' }),
        })
        expect(answer.status, `${value}: ${answer.body}`).toBeLessThan(500)
        // A URL parser turns %2e%2e into the folder above, which is another route.
        if (value === '%2e%2e') continue
        expect(answer.status, `${value}: ${answer.body}`).toBeGreaterThanOrEqual(300)
        expect(answer.body, value).not.toMatch(leaks)
      }
    },
  )
})
