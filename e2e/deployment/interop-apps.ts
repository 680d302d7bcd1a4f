import type { CardeaConfig } from '@cardea/protocol'
import type { JWK } from 'jose'
import { administrator, secretOf } from './configuration.ts'

type App = NonNullable<CardeaConfig['apps']>[number]

/** Where the apps of the tests are called back; nobody listens there. */
export const callback = 'http://localhost:29823/callback'

const shared = {
  redirectUris: [callback],
  postLogoutRedirectUris: ['http://localhost:29823/signed-out'],
  firstParty: true,
} as const satisfies Partial<App>

const withSecret = (clientId: string, more: Partial<App> = {}): App => ({
  ...shared,
  redirectUris: [...shared.redirectUris],
  postLogoutRedirectUris: [...shared.postLogoutRedirectUris],
  clientId,
  name: clientId,
  secret: secretOf(clientId),
  ...more,
})

const everyScope = [...['openid', 'profile', 'email', 'offline_access', 'me:read', 'me:write'], ...administrator.scopes]

/** One app for each way to be a client: algorithm, authentication, and what it may do. */
export function interopApps(keys: readonly JWK[]): App[] {
  const { secret: _, ...signing } = withSecret('signs-assertions')
  const { secret: __, ...open } = withSecret('without-secret')
  return [
    withSecret('es256', { idTokenAlg: 'ES256' }),
    withSecret('rs256', { idTokenAlg: 'RS256', authMethod: 'client_secret_post' }),
    { ...signing, jwks: { keys: keys.map((key) => ({ ...key, kty: key.kty === 'RSA' ? 'RSA' : 'EC' })) } },
    { ...open, appNative: true, origins: ['http://localhost:29823'] },
    withSecret('native', { appNative: true }),
    withSecret('other-native', { appNative: true }),
    withSecret('not-native'),
    withSecret('two-factors', {
      appNative: true,
      signInPolicy: {
        steps: [
          { id: 'password', alternatives: ['password'] },
          { id: 'second', alternatives: ['totp'], enrol: 'required' },
        ],
      },
    }),
    withSecret('everything', { scopes: everyScope }),
    withSecret('machine', { grantTypes: ['client_credentials'], scopes: ['accounts:read'] }),
  ]
}
