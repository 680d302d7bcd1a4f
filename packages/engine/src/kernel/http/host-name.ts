/** The name a request was sent to, without its port. Whoever sends it chooses it: good for refusing, never for links. */
export function hostNameOf(headers: Headers, url: string): string {
  const host = headers.get('host') ?? URL.parse(url)?.host ?? ''
  return (/^(\[[^\]]*\]|[^:]*)(:\d*)?$/.exec(host)?.[1] ?? '').toLowerCase()
}
