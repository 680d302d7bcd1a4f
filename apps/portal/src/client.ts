import './styles/portal.css'
import { createPage } from './app.ts'
import type { PortalView } from './view.ts'

const state = document.getElementById('view')?.textContent
if (state) {
  // Written by our own server into this page; the nonce is not in it.
  const view = JSON.parse(state) as PortalView
  createPage(view).then((app) => app.mount('#portal'))
}
