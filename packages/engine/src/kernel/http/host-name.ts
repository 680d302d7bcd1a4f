const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The name a request was sent to, without its port. Whoever sends it chooses it: good for refusing, never for links. */
export function hostNameOf(headers: Headers, url: string): string {
  const host = headers.get('host') ?? URL.parse(url)?.host ?? ''
  return (/^(\[[^\]]*\]|[^:]*)(:\d*)?$/.exec(host)?.[1] ?? '').toLowerCase()
}

/**
 * Whether a request was sent to the public name, or to one that always means this machine. Any other name a page of
 * somebody else may have made to mean it (DNS rebinding), to read what the server shows to its developer.
 */
export function isOwnHost(publicUrl: string, request: Pick<Request, 'headers' | 'url'>): boolean {
  const name = hostNameOf(request.headers, request.url)
  return loopback.test(name) || name === new URL(publicUrl).hostname
}
