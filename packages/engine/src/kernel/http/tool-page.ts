import type { Kernel } from '../kernel.ts'
import { escapeHtml } from './page.ts'
import { html } from './reply.ts'
import { toolStyle } from './tool-style.ts'

/** A page of the engine itself, for developers: API reference, development inbox. `body` is escaped HTML. */
export interface ToolPage {
  readonly title: string
  /** Path of the page, marked in the navigation. */
  readonly path: string
  readonly body: string
  readonly style?: string
  readonly script?: string
}

const mark =
  '<svg viewBox="0 0 32 32" aria-hidden="true"><rect x="3" y="3" width="11.5" height="26" rx="3.2" fill="currentColor"/><rect x="17.5" y="3" width="11.5" height="26" rx="3.2" fill="none" stroke="currentColor" stroke-width="2.6"/><rect x="12.6" y="7" width="6.8" height="6" rx="1.6" fill="oklch(.74 .115 82)"/><rect x="12.6" y="19" width="6.8" height="6" rx="1.6" fill="oklch(.74 .115 82)"/></svg>'

/** Draws it without any asset but itself. */
export function toolPage(kernel: Pick<Kernel, 'random' | 'development'>, page: ToolPage): Response {
  const nonce = kernel.random(16)
  const places = kernel.development
    ? [
        ['/', 'Start'],
        ['/openapi', 'API'],
        ['/dev/inbox', 'Inbox'],
      ]
    : [['/openapi', 'API']]
  const links = places.map(
    ([path, name]) => `<a href="${path}"${path === page.path ? ' aria-current="page"' : ''}>${name}</a>`,
  )
  const script = page.script ? `<script nonce="${nonce}">${page.script}</script>` : ''
  return html(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} · Cardea</title>
<style nonce="${nonce}">${toolStyle}${page.style ?? ''}</style>
</head>
<body>
<header class="top"><a class="mark" href="/">${mark}Cardea</a><nav aria-label="Pages">${links.join('')}</nav></header>
<main>${page.body}</main>
${script}</body>
</html>`,
    { nonce },
  )
}
