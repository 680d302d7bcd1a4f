import { createHash } from 'node:crypto'
import type { CardeaConfig } from '@cardea/protocol'
import type { Addresses } from './addresses.ts'

type App = NonNullable<CardeaConfig['apps']>[number]

/** The same for everybody who is made for tests. */
export const password = 'correct-horse-2026'

/** Kinds of people: with a password only, told to use an authenticator app, one who has it already, told to add a passkey. */
export const kinds = ['plain', 'totp', 'enrolled', 'passkey'] as const
export type Kind = (typeof kinds)[number]

export const usernameOf = (kind: Kind, number: number): string => `${kind}-${number}@people.test`

/** As the apps show it. */
export const displayNameOf = (kind: Kind, number: number): string =>
  `${kind.charAt(0).toUpperCase()}${kind.slice(1)} Person ${number}`

/** Set-up key of a person who already has an authenticator app: their own, so that nobody else's code fits. */
export const totpSecretOf = (username: string): string =>
  // Digits that base32 does not have become letters that hex does not have.
  createHash('sha256')
    .update(username)
    .digest('hex')
    .slice(0, 32)
    .toUpperCase()
    .replace(/[0189]/g, 'Z')

/** One app's own name for its secret. */
export const secretOf = (clientId: string): string => `secret-of-${clientId}-for-tests`

const attributesOf = (kind: Kind) => (kind === 'totp' || kind === 'passkey' ? { attributes: { mfa: kind } } : {})

function peopleOf(kind: Kind, count: number): NonNullable<CardeaConfig['accounts']> {
  return Array.from({ length: count }, (_, number) => ({
    username: usernameOf(kind, number),
    email: usernameOf(kind, number),
    emailVerified: true,
    name: displayNameOf(kind, number),
    password,
    ...attributesOf(kind),
    ...(kind === 'enrolled' ? { totp: totpSecretOf(usernameOf(kind, number)) } : {}),
  }))
}

/** Who the start page shows first, as in the demo. */
const shownFirst: NonNullable<CardeaConfig['accounts']> = [
  ['alex', 'Alex Rivera', 'password'],
  ['tara', 'Tara Okafor', 'authenticator app, enrolled on sign-in'],
  ['pat', 'Pat Lindqvist', 'passkey, added on sign-in'],
].map(([handle = '', name = '', shows = '']) => ({
  username: `${handle}@demo.test`,
  email: `${handle}@demo.test`,
  emailVerified: true,
  name,
  password: `demo-${handle}-2026`,
  attributes: { shows },
}))

/** A demo app as its backend-for-frontend needs it. */
function demoApp(clientId: string, name: string, origin: string, appNative: boolean): App {
  return {
    clientId,
    name,
    secret: secretOf(clientId),
    uri: origin,
    firstParty: true,
    appNative,
    origins: [origin],
    redirectUris: [`${origin}/auth/callback`],
    postLogoutRedirectUris: [`${origin}/auth/signed-out`],
    backchannelLogoutUri: `${origin}/auth/backchannel-logout`,
    refreshLeeway: 10,
  }
}

/** May do everything the Admin API has. */
export const administrator = {
  clientId: 'administrator',
  scopes: [
    'accounts:read',
    'accounts:write',
    'apps:read',
    'apps:write',
    'sessions:read',
    'sessions:write',
    'organizations:read',
    'organizations:write',
    'apis:read',
    'apis:write',
    'audit:read',
  ],
} as const

/** Organization, people, the demo apps and an administrator; `more` adds what a suite needs. */
export function configuration(
  { calendar, mail, thirdParty }: Addresses,
  people: Partial<Record<Kind, number>>,
  more: readonly App[] = [],
): CardeaConfig {
  return {
    organizations: [{ handle: 'demo', name: 'Northwind' }],
    apps: [
      demoApp('calendar', 'Northwind Calendar', calendar, true),
      demoApp('mail', 'Northwind Mail', mail, false),
      {
        clientId: 'third-party',
        name: 'Planner of Others',
        secret: secretOf('third-party'),
        uri: thirdParty,
        redirectUris: [`${thirdParty}/callback`],
        postLogoutRedirectUris: [`${thirdParty}/`],
      },
      {
        clientId: administrator.clientId,
        name: 'Administrator',
        secret: secretOf(administrator.clientId),
        grantTypes: ['client_credentials'],
        scopes: [...administrator.scopes],
      },
      ...more,
    ],
    accounts: [...shownFirst, ...kinds.flatMap((kind) => peopleOf(kind, people[kind] ?? 0))],
  }
}
