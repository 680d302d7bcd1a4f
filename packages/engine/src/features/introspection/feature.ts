import { discoveryMetadata } from '../../domain/authorization/index.ts'
import { assertionAlgorithms } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { routes } from './routes.ts'

/** Whether a token is good (RFC 7662). */
export const introspectionFeature = defineFeature<Engine>({
  id: 'introspection',
  routes,
  contributes: [
    contribute(discoveryMetadata, {
      introspection: (engine) => ({
        introspection_endpoint: `${engine.publicUrl}/oauth2/introspect`,
        introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
        introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      }),
    }),
  ],
})
