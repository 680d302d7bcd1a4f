/** What of a browser's request an API gets to see; everything else stays here (T-BFF-04). */
const passed = new Set([
  'accept',
  'accept-language',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'last-event-id',
  'prefer',
  'range',
  'traceparent',
  'tracestate',
])

/** RFC 9110 §7.6.1, what only the app's own origin may say to the browser, and what no longer fits the decoded body. */
const dropped =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|set-cookie2?|content-length|content-encoding|access-control-.*|content-security-policy.*|clear-site-data|strict-transport-security|alt-svc|refresh|location|service-worker-allowed|report-to|reporting-endpoints|nel|server|x-powered-by|www-authenticate|authorization)$/

const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override']

/** Whether a request asks somebody further on to treat it as another method. */
export const overridesMethod = (headers: Headers, search: URLSearchParams): boolean =>
  overrides.some((name) => headers.has(name)) || search.has('_method')

export function requestHeaders(given: Headers, accessToken: string): Headers {
  const headers = new Headers()
  for (const [name, value] of given) if (passed.has(name)) headers.set(name, value)
  headers.set('authorization', `Bearer ${accessToken}`)
  return headers
}

export function responseHeaders(given: Headers): Headers {
  const headers = new Headers()
  for (const [name, value] of given) if (!dropped.test(name)) headers.append(name, value)
  return headers
}
