import { BlockList, isIP } from 'node:net'

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** Where a request came from, and whether a proxy that is trusted has said so. */
type AddressOf = (
  peer: string,
  forwardedFor: string | null,
) => { readonly address: string; readonly forwarded: boolean }

/**
 * Finds the browser's address: the peer's, or what trusted proxies write into `X-Forwarded-For`. `networks`: addresses
 * or CIDR ranges. Throws a `TypeError` that names the one that is neither.
 */
export function createAddressOf(networks: readonly string[]): AddressOf {
  const trusted = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    try {
      if (bits === undefined) trusted.addAddress(address, family(address))
      else trusted.addSubnet(address, /^\d+$/.test(bits) ? Number(bits) : -1, family(address))
    } catch (cause) {
      throw new TypeError(`trustedProxies: '${network}' is no IP address and no range such as 10.0.0.0/8`, { cause })
    }
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, family(address))

  return (peer, forwardedFor) => {
    if (forwardedFor === null) return { address: plain(peer), forwarded: false }
    const hops = [...forwardedFor.split(',').map((hop) => plain(hop.trim())), plain(peer)]
    // From the nearest hop back: the first one nobody vouches for is where the request came from.
    while (hops.length > 1 && isTrusted(hops.at(-1) ?? '')) hops.pop()
    const found = hops.at(-1) ?? ''
    // A proxy that is trusted but writes no address has said nothing.
    if (isIP(found) === 0) return { address: plain(peer), forwarded: false }
    return { address: found, forwarded: isTrusted(plain(peer)) }
  }
}
