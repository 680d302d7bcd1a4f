import type { Page } from '@cardea/protocol'
import { renderToString } from '@vue/server-renderer'
import { createPage } from './app.ts'
import { headOf } from './head.ts'
import type { PortalView } from './view.ts'

export type { PortalView } from './view.ts'

/** Draws a page on the server: contents of `<head>` and `<body>`. */
export async function renderPage(view: PortalView): Promise<Page> {
  const html = await renderToString(await createPage(view))
  const { nonce: _, ...state } = view
  // `<` would let text out of the data block.
  const json = JSON.stringify(state).replaceAll('<', '\\u003c')
  return {
    head: headOf(view),
    body: `<div id="portal">${html}</div>\n<script id="view" type="application/json">${json}</script>`,
  }
}
