/** Where a request goes; the authority of its URL (the `Host` header) is never looked at. */
export interface Location {
  /** Without `/t/{root}` and `/o/{organization}`. */
  readonly path: string
  /** Without `?`. */
  readonly query: string
  readonly root: string | undefined
  readonly organization: string | undefined
}

const tenant = /^\/t\/([A-Za-z0-9._-]{1,64})(\/.*)$/
const organization = /^\/o\/([A-Za-z0-9._-]{1,64})(\/.*)$/
/** Dot segments, doubled slashes, backslashes and encoded ones: a path that two readers could take differently goes nowhere. */
const ambiguous = /\/\/|\\|\/\.{1,2}(?:\/|$)|%(?:2[fF]|5[cC]|2[eE]|00)/

/** Path and query of an absolute URL, or of one without authority; `undefined` for a path that is ambiguous. */
export function locate(url: string): Location | undefined {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
  const rest = start < 0 ? '/' : url.slice(start)
  const mark = rest.indexOf('?')
  let path = mark < 0 ? rest : rest.slice(0, mark)
  if (ambiguous.test(path)) return undefined
  const inTenant = tenant.exec(path)
  if (inTenant?.[2]) path = inTenant[2]
  const inOrganization = organization.exec(path)
  if (inOrganization?.[2]) path = inOrganization[2]
  return { path, query: mark < 0 ? '' : rest.slice(mark + 1), root: inTenant?.[1], organization: inOrganization?.[1] }
}
