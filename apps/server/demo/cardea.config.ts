import type { CardeaConfig } from '@cardea/protocol'
import { apps, originAt } from './apps.ts'
import { people } from './people.ts'

const port = Number(process.env.PORT ?? 3000)

/** What `npm start` declares. Applied at every start: what it names is brought back, everything else is left alone. */
const config: CardeaConfig = {
  organizations: [{ handle: 'demo', name: 'Northwind' }],
  accounts: people.map(({ username, password, givenName, familyName, shows, ...more }) => ({
    username,
    password,
    email: username,
    emailVerified: true,
    name: `${givenName} ${familyName}`,
    givenName,
    familyName,
    attributes: { shows, ...more },
  })),
  apps: [
    ...apps.map(({ clientId, name, offset, appNative, secret }) => {
      const origin = originAt(port, offset)
      return {
        clientId,
        name,
        secret,
        appNative,
        uri: origin,
        firstParty: true,
        origins: [origin],
        redirectUris: [`${origin}/auth/callback`],
        postLogoutRedirectUris: [`${origin}/auth/signed-out`],
        backchannelLogoutUri: `${origin}/auth/backchannel-logout`,
        refreshLeeway: 10,
      }
    }),
    {
      // For the app of whoever follows the README.
      clientId: 'my-app',
      name: 'My app',
      secret: 'demo-only-my-app-client-secret',
      appNative: true,
      firstParty: true,
      origins: ['http://localhost:5173'],
      redirectUris: ['http://localhost:5173/auth/callback'],
      postLogoutRedirectUris: ['http://localhost:5173/auth/signed-out'],
      refreshLeeway: 10,
    },
    {
      clientId: 'thirdparty',
      name: 'Harbour Insights',
      secret: 'demo-only-thirdparty-client-secret',
      redirectUris: [`${originAt(port, 3)}/callback`],
    },
  ],
}

export default config
