import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound, isPublicAddress } from './outbound.ts'

const server = createServer((request, response) => {
  if (request.url === '/redirect') return void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  if (request.url === '/large') return void response.end('x'.repeat(100_000))
  request.pipe(response.writeHead(200, { 'content-type': 'application/json', 'x-method': request.method ?? '' }))
})
let origin = ''

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

describe('T-SSR-01 outbound requests', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fd00::1',
    '2002:7f00:1::',
    '2001:db8::1',
    'not an address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost/',
    'https://app.localhost/',
    'https://user:password@example.com/',
    'file:///etc/passwd',
    'nonsense',
  ])('%s may not be asked', async (url) => {
    const outbound = createOutbound([])
    expect(outbound.mayFetch(url)).toBe(false)
    await expect(outbound.fetch(url)).rejects.toThrow('outbound')
  })

  test.each([
    ['only a private address', [{ address: '10.0.0.1', family: 4 }]],
    [
      'a public and a private address',
      [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
    ['a mapped address', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['no address', []],
  ])('a name with %s is refused', async (_what, addresses) => {
    await expect(createOutbound([], async () => addresses).fetch('https://app.example/')).rejects.toThrow(
      'no public address',
    )
  })

  test('a name is resolved once, so that it cannot change between check and connection', async () => {
    let asked = 0
    const { port } = new URL(origin)
    const outbound = createOutbound([`http://app.example:${port}`], async () => {
      asked += 1
      return [{ address: '127.0.0.1', family: 4 }]
    })
    expect((await outbound.fetch(`http://app.example:${port}/`, { method: 'POST', body: 'x' })).status).toBe(200)
    expect(asked).toBe(1)
  })

  test('an origin that was allowed by name is reached, other ports of the same host are not', async () => {
    const outbound = createOutbound([origin])
    const answer = await outbound.fetch(`${origin}/echo`, { method: 'POST', body: '{"a":1}' })
    expect([answer.status, answer.headers.get('x-method'), answer.body]).toEqual([200, 'POST', '{"a":1}'])
    expect(outbound.mayFetch('http://127.0.0.1:1/')).toBe(false)
  })

  test('redirects are not followed and answers are capped', async () => {
    const outbound = createOutbound([origin])
    expect((await outbound.fetch(`${origin}/redirect`)).status).toBe(302)
    await expect(outbound.fetch(`${origin}/large`, { maxBytes: 1000 })).rejects.toThrow('more than 1000 bytes')
  })
})
