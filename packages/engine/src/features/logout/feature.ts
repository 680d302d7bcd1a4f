import { discoveryMetadata } from '../../domain/authorization/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { backChannelLogout } from './back-channel.ts'
import { routes } from './routes.ts'

/** Sign-out started by an app, and telling the other apps. */
export const logoutFeature = defineFeature<Engine>({
  id: 'logout',
  routes,
  subscribers: backChannelLogout,
  contributes: [
    contribute(discoveryMetadata, {
      logout: (engine) => ({
        end_session_endpoint: `${engine.publicUrl}/oidc/logout`,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
      }),
    }),
  ],
})
