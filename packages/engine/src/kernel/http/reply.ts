/** Headers of every answer (T-WEB-01). The router adds HSTS where `publicUrl` is https. */
const always: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

const alwaysPairs = Object.entries(always)

const jsonHeaders: Readonly<Record<string, string>> = {
  ...always,
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}

/** A JSON answer that nobody caches, unless `headers` say otherwise. */
export function json(body: unknown, status = 200, headers?: Readonly<Record<string, string>>): Response {
  return new Response(JSON.stringify(body), { status, headers: headers ? { ...jsonHeaders, ...headers } : jsonHeaders })
}

/** A plain-text answer of the given type. */
export function text(body: string, contentType = 'text/plain; charset=utf-8'): Response {
  return new Response(body, { headers: { ...jsonHeaders, 'content-type': contentType } })
}

/** An answer without a body. */
export function empty(status = 204, headers?: Readonly<Record<string, string>>): Response {
  return new Response(null, { status, headers: { ...always, 'cache-control': 'no-store', ...headers } })
}

/** 303 See Other: the browser goes there by GET and never repeats a form (RFC 9700 §4.12). */
export function redirect(location: string, cookies: readonly string[] = []): Response {
  const headers: [string, string][] = [
    ...alwaysPairs,
    ['location', location],
    ['cache-control', 'no-store'],
    ...cookies.map((cookie): [string, string] => ['set-cookie', cookie]),
  ]
  return new Response(null, { status: 303, headers })
}

/** What a page's policy must allow beyond itself. */
export interface HtmlOptions {
  readonly status?: number
  readonly nonce: string
  /** Origins a form on the page may end up at: Chromium applies `form-action` to the redirect after a post. */
  readonly formAction?: readonly string[]
  readonly cookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A complete HTML answer under a policy that runs only scripts with the nonce. */
export function html(document: string, options: HtmlOptions): Response {
  const headers = new Headers({
    ...always,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'nonce-${options.nonce}' 'strict-dynamic'`,
      `style-src 'self' 'nonce-${options.nonce}'`,
      "img-src 'self' https: data:",
      "font-src 'self'",
      "connect-src 'self'",
      "manifest-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      `form-action ${["'self'", ...(options.formAction ?? [])].join(' ')}`,
      "frame-ancestors 'none'",
    ].join('; '),
    ...options.headers,
  })
  for (const cookie of options.cookies ?? []) headers.append('set-cookie', cookie)
  return new Response(document, { status: options.status ?? 200, headers })
}
