import type { Engine } from '../../domain/engine.ts'
import type { Door } from '../../domain/flow/index.ts'
import { doors } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { byRedirect } from './present.ts'
import { routes } from './routes.ts'

/** `GET /oauth2/authorize` ends here: on the sign-in page, or at the app when the session sufficed. */
const hosted: Door = {
  bind: (engine, call) => {
    const { hash, cookie } = engine.flows.browser(call)
    return { binding: { door: 'hosted', browser: hash }, cookies: [cookie] }
  },
  open: async (engine, call, _client, outcome, { cookies }) =>
    byRedirect(engine, outcome, engine.flows.visitor(call), outcome.type === 'open' ? cookies : []),
}

/** Sign-in on the identity provider's own pages; every step is a plain form. */
export const hostedAuth = defineFeature<Engine>({
  id: 'hosted-auth',
  routes,
  contributes: [contribute(doors, { hosted })],
})
