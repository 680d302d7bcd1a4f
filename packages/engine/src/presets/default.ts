import { passkeyFeature } from '../authenticators/passkey/feature.ts'
import { totpFeature } from '../authenticators/totp/feature.ts'
import type { Engine } from '../domain/engine.ts'
import type { Feature } from '../kernel/feature.ts'

/** Everything the bundled identity provider does, a line each; a new feature, authenticator or grant is one more. */
export const defaultFeatures: readonly Feature<Engine>[] = [passkeyFeature, totpFeature]
