import type { Engine } from '../../domain/engine.ts'
import type { Door } from '../../domain/flow/index.ts'
import { doors } from '../../domain/flow/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { json } from '../../kernel/http/index.ts'
import { contribute } from '../../kernel/slot.ts'
import { present } from './present.ts'
import { routes } from './routes.ts'

/** `POST /oauth2/authorize` with `response_mode=direct` ends here. */
const native: Door = {
  bind: (_engine, _call, client) => ({ binding: { door: 'native', client: client.id }, cookies: [] }),
  // A confidential client has authenticated to get this far; the ticket is for those only.
  open: async (engine, _call, client, outcome) =>
    json(await present(engine, outcome, client.authMethod === 'none' ? undefined : client)),
}

/** App-native sign-in in the wire format of WSO2 Identity Server 7.3. */
export const nativeAuth = defineFeature<Engine>({
  id: 'native-auth',
  routes,
  contributes: [contribute(doors, { native })],
})
