import { discoveryMetadata } from '../../domain/authorization/index.ts'
import type { Engine } from '../../domain/engine.ts'
import { endings } from '../../domain/flow/index.ts'
import { acrMulti, acrSingle } from '../../domain/session/index.ts'
import { defineFeature } from '../../kernel/feature.ts'
import { contribute } from '../../kernel/slot.ts'
import { code, codeEnding } from './ending.ts'
import { routes } from './routes.ts'

/** The authorization endpoint, and codes as the ending of a sign-in. */
export const authorizeFeature = defineFeature<Engine>({
  id: 'authorize',
  routes,
  contributes: [
    contribute(endings, { [codeEnding]: code }),
    contribute(discoveryMetadata, {
      authorize: (engine) => ({
        authorization_endpoint: `${engine.publicUrl}/oauth2/authorize`,
        response_types_supported: ['code'],
        response_modes_supported: ['query', 'form_post', 'direct'],
        code_challenge_methods_supported: ['S256'],
        prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
        acr_values_supported: [acrSingle, acrMulti],
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        authorization_response_iss_parameter_supported: true,
      }),
    }),
  ],
})
