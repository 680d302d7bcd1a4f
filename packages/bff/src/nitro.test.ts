import { csrfHeader } from '@cardea/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createAddressOf } from './address.ts'
import { bffHandler } from './nitro.ts'
import { secret } from './testing/app.ts'
import { calendarOptions } from './testing/calendar.ts'
import type { NativeProvider } from './testing/native-provider.ts'
import { nativeProvider } from './testing/native-provider.ts'

const publicUrl = 'https://app.example'

let idp: NativeProvider
beforeAll(async () => {
  idp = await nativeProvider()
})
afterAll(() => idp.close())
afterEach(() => vi.unstubAllEnvs())

type Options = Parameters<typeof bffHandler>[0]

/** What the identity provider is told of the browser that starts a sign-in. */
async function addressTold(options: Options, ip: string | undefined, forwardedFor?: string): Promise<unknown> {
  const handle = bffHandler({ ...calendarOptions(idp.url), publicUrl, secret, ...options })
  const request = new Request(`${publicUrl}/auth/flow`, {
    method: 'POST',
    body: '{}',
    headers: {
      'content-type': 'application/json',
      origin: publicUrl,
      'sec-fetch-site': 'same-origin',
      [csrfHeader]: '1',
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
    },
  })
  const { status } = await handle({ req: Object.assign(request, { ip }) })
  expect(status).toBe(200)
  return idp.calls.findLast(({ path }) => path === '/oauth2/authorize')?.headers['cardea-client-address']
}

describe('T-BRU-01 limits hit the browser and not the proxy before the app', () => {
  const trusted = { trustedProxies: ['10.0.0.0/8'] }

  test('a trusted proxy says where the browser is', async () => {
    expect(await addressTold(trusted, '10.0.0.5', '203.0.113.9')).toBe('203.0.113.9')
    expect(await addressTold(trusted, '::ffff:10.0.0.5', '203.0.113.9')).toBe('203.0.113.9')
    // What the browser has written itself is to the left of what the proxy has seen.
    expect(await addressTold(trusted, '10.0.0.5', '198.51.100.1, 203.0.113.9, 10.0.0.6')).toBe('203.0.113.9')
  })

  test('others do not', async () => {
    expect(await addressTold(trusted, '192.0.2.7', '203.0.113.9')).toBe('192.0.2.7')
    expect(await addressTold({}, '10.0.0.5', '203.0.113.9')).toBe('10.0.0.5')
    expect(await addressTold(trusted, '10.0.0.5')).toBe('10.0.0.5')
    expect(await addressTold(trusted, '10.0.0.5', 'unknown')).toBe('10.0.0.5')
    expect(await addressTold(trusted, undefined, '203.0.113.9')).toBeUndefined()
  })

  test('the environment says which proxies, and wins', async () => {
    vi.stubEnv('CARDEA_TRUSTED_PROXIES', '192.0.2.0/24, 2001:db8::1')
    expect(await addressTold(trusted, '192.0.2.7', '203.0.113.9')).toBe('203.0.113.9')
    expect(await addressTold(trusted, '2001:db8::1', '203.0.113.9')).toBe('203.0.113.9')
    expect(await addressTold(trusted, '10.0.0.5', '203.0.113.9')).toBe('10.0.0.5')
  })

  test.each(['10.0.0.300', '10.0.0.0/33', '10.0.0.0/', 'proxy.example', ''])('a wrong one is named: %j', (network) => {
    expect(() => createAddressOf([network])).toThrow(`trustedProxies: '${network}'`)
  })
})
