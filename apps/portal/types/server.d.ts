import type { Page } from '@cardea/protocol'
import type { PortalView } from '../src/view.ts'

export type { AccountData, AccountView, PortalView, StartView } from '../src/view.ts'

/** Draws a page on the server: contents of `<head>` and `<body>`. The browser takes it over from there. */
export function renderPage(view: PortalView): Promise<Page>
