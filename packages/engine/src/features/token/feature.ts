import { discoveryMetadata } from '../../domain/authorization/index.ts'
import { assertionAlgorithms } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { tokenGrants } from '../../domain/grant/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { authorizationCode } from './grants/authorization-code.ts'
import { clientCredentials } from './grants/client-credentials.ts'
import { refreshToken } from './grants/refresh-token.ts'
import { routes } from './routes.ts'

/** The token endpoint and the three grants that are always there. */
export const tokenFeature = defineFeature<Engine>({
  id: 'token',
  routes,
  contributes: [
    contribute(tokenGrants, {
      authorization_code: authorizationCode,
      refresh_token: refreshToken,
      client_credentials: clientCredentials,
    }),
    contribute(discoveryMetadata, {
      token: (engine) => ({
        token_endpoint: `${engine.publicUrl}/oauth2/token`,
        grant_types_supported: [...engine.contributed(tokenGrants).keys()],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
        token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      }),
    }),
  ],
})
