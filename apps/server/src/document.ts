import { randomBytes } from 'node:crypto'
import type { PortalView } from '@cardea/portal/server'
import { renderPage } from '@cardea/portal/server'

type Own = Extract<PortalView, { page: 'account' | 'start' | 'error' }>
type Content<V> = V extends Own ? Omit<V, 'nonce' | 'locale'> : never

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

/** A page of the server's own, under the same policy as the engine's hosted pages. */
export async function documentOf(content: Content<Own>, cookies: readonly string[] = []): Promise<Response> {
  const status = content.page === 'error' ? content.status : 200
  const nonce = randomBytes(16).toString('base64url')
  const { head, body } = await renderPage({ ...content, nonce, locale: 'en' })
  const html = `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n${head}\n</head>\n<body>${body}</body>\n</html>`
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' https: data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  const response = new Response(html, { status, headers: { ...headers, 'content-security-policy': policy } })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
