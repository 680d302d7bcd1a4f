import type { Resource } from './index.ts'

/** Cardea's own API, `{publicUrl}/api/v1`, and what a person is asked when an app wants to use it. */
export function ownApi(publicUrl: string): Resource {
  return {
    id: 'api_cardea',
    org: undefined,
    identifier: `${publicUrl}/api/v1`,
    name: 'Cardea API',
    scopes: [
      { name: 'me:read', description: 'See your profile, sessions and ways to sign in' },
      { name: 'me:write', description: 'Change your profile, password, sessions and ways to sign in' },
      { name: 'accounts:read', description: 'See all accounts of the organization' },
      { name: 'accounts:write', description: 'Create, change and delete accounts of the organization' },
      { name: 'apps:read', description: 'See the organization’s apps' },
      { name: 'apps:write', description: 'Create, change and delete the organization’s apps' },
      { name: 'apis:read', description: 'See the organization’s APIs' },
      { name: 'apis:write', description: 'Create, change and delete the organization’s APIs' },
      { name: 'sessions:read', description: 'See who is signed in' },
      { name: 'sessions:write', description: 'Sign people out' },
      { name: 'organizations:read', description: 'See the organization and those below it' },
      { name: 'organizations:write', description: 'Create and change organizations' },
      { name: 'audit:read', description: 'Read the audit trail' },
    ],
    accessTokenLifetime: undefined,
  }
}
