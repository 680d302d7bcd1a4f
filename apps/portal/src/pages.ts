import type { Component } from 'vue'
import type { PortalView } from './view.ts'

/** A page is its own chunk: who signs in does not load the account page. The key is the chunk's name in the manifest. */
export const pages: Record<PortalView['page'], { file: string; load: () => Promise<{ default: Component }> }> = {
  'sign-in': { file: 'src/pages/SignInPage.vue', load: () => import('./pages/SignInPage.vue') },
  logout: { file: 'src/pages/LogoutPage.vue', load: () => import('./pages/LogoutPage.vue') },
  'signed-out': { file: 'src/pages/SignedOutPage.vue', load: () => import('./pages/SignedOutPage.vue') },
  error: { file: 'src/pages/ErrorPage.vue', load: () => import('./pages/ErrorPage.vue') },
  account: { file: 'src/account/AccountPage.vue', load: () => import('./account/AccountPage.vue') },
  start: { file: 'src/start/StartPage.vue', load: () => import('./start/StartPage.vue') },
}
