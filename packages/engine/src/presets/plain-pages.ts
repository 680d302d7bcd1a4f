import type { RenderPage } from '@cardea/protocol'
import { escapeHtml } from '../kernel/http/index.ts'

/** What an engine without `pages` shows: a person who gets here sees why, and where the host can mend it. */
export const plainPages: RenderPage = (view) => {
  const message =
    view.page === 'error'
      ? `${view.code} (${view.traceId})`
      : `This identity provider has no hosted pages. Give createEngine the option "pages", or use app-native sign-in.`
  return { head: '<title>Cardea</title>', body: `<main><h1>Cardea</h1><p>${escapeHtml(message)}</p></main>` }
}
