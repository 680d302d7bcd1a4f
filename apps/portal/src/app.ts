import { createCardea } from '@cardea/vue'
import type { App } from 'vue'
import { createSSRApp } from 'vue'
import { catalogueOf } from './catalogues.ts'
import { pages } from './pages.ts'
import { textsKey } from './texts.ts'
import type { PortalView } from './view.ts'

/** The same app on the server and in the browser, for one view. */
export async function createPage(view: PortalView): Promise<App> {
  const { default: page } = await pages[view.page].load()
  const { messages, portal } = catalogueOf(view.locale)
  const session = view.page === 'account' ? { snapshot: view.session } : {}
  return createSSRApp(page, { view })
    .use(createCardea({ messages, basePath: '/account/_auth', ...session }))
    .provide(textsKey, portal)
}
