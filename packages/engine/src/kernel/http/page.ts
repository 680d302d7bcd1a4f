import type { OrganizationId, PageFrame, PageView } from '@cardea/protocol'
import type { Kernel } from '../kernel.ts'
import type { Call } from './call.ts'
import type { HtmlOptions } from './reply.ts'
import { html } from './reply.ts'

type Content<V> = V extends PageView ? Omit<V, keyof PageFrame> : never

/** A page's own part of its view; organization, locale and nonce are added here. */
export type PageContent = Content<PageView>

/** Draws a hosted page through the host's `pages` and wraps it in a document. */
export async function page(
  kernel: Pick<Kernel, 'pages' | 'frame' | 'random'>,
  call: Pick<Call, 'headers' | 'query' | 'path'>,
  content: PageContent,
  options: Omit<HtmlOptions, 'nonce'> & { readonly org?: OrganizationId } = {},
): Promise<Response> {
  const nonce = kernel.random(16)
  const frame = await kernel.frame(call, options.org)
  const view = { ...frame, nonce, ...content }
  const { head, body } = await kernel.pages(view)
  const document = `<!doctype html>\n<html lang="${escapeHtml(frame.locale)}">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n${head}\n</head>\n<body>${body}</body>\n</html>`
  return html(document, { ...options, nonce })
}

/** Text as HTML text or a quoted attribute's value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
