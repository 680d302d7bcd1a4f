import { discoveryMetadata } from '../../domain/authorization/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { supportedClaims } from '../../domain/token/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { routes } from './routes.ts'

/** Claims about the person of an access token (OIDC Core §5.3). */
export const userinfoFeature = defineFeature<Engine>({
  id: 'userinfo',
  routes,
  contributes: [
    contribute(discoveryMetadata, {
      userinfo: (engine) => ({
        userinfo_endpoint: `${engine.publicUrl}/oauth2/userinfo`,
        claims_supported: [...supportedClaims, 'auth_time', 'acr', 'amr', 'sid', 'org_id', 'org_handle', 'user_org'],
        claim_types_supported: ['normal'],
      }),
    }),
  ],
})
