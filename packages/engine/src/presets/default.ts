import { emailOtpFeature } from '../authenticators/email-otp/feature.ts'
import { identifierFeature } from '../authenticators/identifier/feature.ts'
import { passkeyFeature } from '../authenticators/passkey/feature.ts'
import { passwordFeature } from '../authenticators/password/feature.ts'
import { totpFeature } from '../authenticators/totp/feature.ts'
import type { Engine } from '../domain/engine.ts'
import { adminFeature } from '../features/admin/feature.ts'
import { auditFeature } from '../features/audit/feature.ts'
import { authorizeFeature } from '../features/authorize/feature.ts'
import { devFeature } from '../features/dev/feature.ts'
import { discoveryFeature } from '../features/discovery/feature.ts'
import { healthFeature } from '../features/health/feature.ts'
import { hostedAuth } from '../features/hosted-auth/feature.ts'
import { introspectionFeature } from '../features/introspection/feature.ts'
import { logoutFeature } from '../features/logout/feature.ts'
import { meFeature } from '../features/me/feature.ts'
import { nativeAuth } from '../features/native-auth/feature.ts'
import { openapiFeature } from '../features/openapi/feature.ts'
import { revocationFeature } from '../features/revocation/feature.ts'
import { sessionAdopt } from '../features/session-adopt/feature.ts'
import { tokenFeature } from '../features/token/feature.ts'
import { userinfoFeature } from '../features/userinfo/feature.ts'
import type { Feature } from '../kernel/feature.ts'

/** Everything the bundled identity provider does, a line each; a new feature, authenticator or grant is one more. */
export const defaultFeatures: readonly Feature<Engine>[] = [
  discoveryFeature,
  authorizeFeature,
  tokenFeature,
  introspectionFeature,
  revocationFeature,
  userinfoFeature,
  logoutFeature,
  identifierFeature,
  passwordFeature,
  passkeyFeature,
  totpFeature,
  emailOtpFeature,
  nativeAuth,
  hostedAuth,
  sessionAdopt,
  meFeature,
  adminFeature,
  auditFeature,
  openapiFeature,
  healthFeature,
  devFeature,
]
