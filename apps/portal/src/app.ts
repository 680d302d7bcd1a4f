import type { Transport } from '@cardea/core'
import { bff } from '@cardea/core'
import { createCardea } from '@cardea/vue'
import type { App } from 'vue'
import { createSSRApp } from 'vue'
import { createUndoables, undoablesKey } from './account/undoable.ts'
import { catalogueOf } from './catalogues.ts'
import { pages } from './pages.ts'
import { textsKey } from './texts.ts'
import type { PortalView } from './view.ts'

/** The same app on the server and in the browser, for one view. */
export async function createPage(view: PortalView): Promise<App> {
  const { default: page } = await pages[view.page].load()
  const { messages, portal } = catalogueOf(view.locale)
  const session = view.page === 'account' ? { snapshot: view.session } : {}
  const undoables = createUndoables()
  const backend = bff({ basePath: '/account/_auth' })
  const transport: Transport = {
    ...backend,
    async signOut(returnTo) {
      // Afterwards nobody may do it any more.
      await undoables.settle()
      return backend.signOut(returnTo)
    },
  }
  return createSSRApp(page, { view })
    .use(createCardea({ messages, transport, ...session }))
    .provide(textsKey, portal)
    .provide(undoablesKey, undoables)
}
