import { lookup } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP } from 'node:net'
import type { OutboundFetch, OutboundRequest, OutboundResponse } from './kernel.ts'

/** Special-use addresses (RFC 6890 and its registries): never a place to send a request to. */
const special = new BlockList()
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(address, prefix, 'ipv4')
}
// Of IPv6 only 2000::/3 is global unicast; its special-use parts and NAT64 (64:ff9b::/96) are outside or listed.
for (const [address, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(address, prefix, 'ipv6')
}
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is public: neither special-use, mapped, nor translated. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !special.check(address, 'ipv4')
  return family === 6 && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

const timeout = 5_000

/** Every address of a host name. */
export type Resolver = (host: string) => Promise<readonly { address: string; family: number }[]>

const system: Resolver = (host) => lookup(host, { all: true })

/** The one way out: https to public addresses that were resolved once, or exact origins in `allow`. */
export function createOutbound(
  allow: readonly string[],
  resolver: Resolver = system,
): { fetch: OutboundFetch; mayFetch: (url: string) => boolean } {
  const allowed = new Set(allow.map((origin) => new URL(origin).origin))
  const mayFetch = (text: string) => {
    const url = URL.parse(text)
    if (!url || url.username || url.password) return false
    if (allowed.has(url.origin)) return true
    const host = url.hostname.replace(/^\[|\]$/g, '')
    return (
      url.protocol === 'https:' &&
      (isIP(host) === 0 ? host.includes('.') && !host.endsWith('.localhost') : isPublicAddress(host))
    )
  }
  const fetch: OutboundFetch = async (text, init = {}) => {
    if (!mayFetch(text)) throw new Error(`outbound: ${text.slice(0, 200)} is not an address requests may go to`)
    const url = new URL(text)
    const address = await resolve(url, allowed.has(url.origin), resolver)
    return send(url, address, init)
  }
  return { fetch, mayFetch }
}

async function resolve(url: URL, trusted: boolean, resolver: Resolver): Promise<{ address: string; family: number }> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = await resolver(host)
  const [first] = addresses
  // Every address must be public: a name with one private address is an attack or a mistake.
  if (!first || (!trusted && !addresses.every(({ address }) => isPublicAddress(address)))) {
    throw new Error(`outbound: ${host} has no public address`)
  }
  return first
}

function send(url: URL, pinned: { address: string; family: number }, init: OutboundRequest): Promise<OutboundResponse> {
  const maxBytes = init.maxBytes ?? 64 * 1024
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: init.method ?? 'GET',
      headers: {
        accept: 'application/json',
        'user-agent': 'Cardea',
        ...init.headers,
        ...(init.body === undefined ? {} : { 'content-length': Buffer.byteLength(init.body) }),
      },
      // The address that was checked is the one connected to: a second resolution could differ (DNS rebinding).
      lookup: (_host, options, done) =>
        options.all ? done(null, [pinned]) : done(null, pinned.address, pinned.family),
      signal: AbortSignal.timeout(timeout),
      agent: false,
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.byteLength
        if (size > maxBytes) outgoing.destroy(new Error(`outbound: more than ${maxBytes} bytes from ${url.host}`))
        else chunks.push(chunk)
      })
      incoming.on('error', reject)
      incoming.on('end', () => {
        const headers = new Headers()
        for (const [name, value] of Object.entries(incoming.headers))
          if (value !== undefined) headers.set(name, String(value))
        resolve({ status: incoming.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') })
      })
    })
    outgoing.end(init.body)
  })
}
