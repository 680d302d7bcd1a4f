import { discoveryMetadata } from '../../domain/authorization/index.ts'
import { assertionAlgorithms } from '../../domain/client/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { routes } from './routes.ts'

/** A client gives a token back (RFC 7009). */
export const revocationFeature = defineFeature<Engine>({
  id: 'revocation',
  routes,
  contributes: [
    contribute(discoveryMetadata, {
      revocation: (engine) => ({
        revocation_endpoint: `${engine.publicUrl}/oauth2/revoke`,
        revocation_endpoint_auth_methods_supported: [
          'client_secret_basic',
          'client_secret_post',
          'private_key_jwt',
          'none',
        ],
        revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
      }),
    }),
  ],
})
