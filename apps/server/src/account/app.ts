import { hkdfSync } from 'node:crypto'
import type { CardeaConfig } from '@cardea/protocol'

/** The account page's own app: a confidential client like everybody else's. */
export const accountApp = 'portal'
export const accountPath = '/account'
export const accountBase = '/account/_auth'
export const accountScope = 'openid profile email offline_access me:read me:write'

/** A secret that every process with the same key knows, and nobody had to write down. */
export function derived(key: Uint8Array, purpose: string): string {
  return Buffer.from(hkdfSync('sha256', key, '', `cardea ${purpose}`, 32)).toString('base64url')
}

/** The configuration with the account page's app in it. */
export function withAccountApp(configuration: CardeaConfig, publicUrl: string, secret: string): CardeaConfig {
  const apps = configuration.apps ?? []
  if (apps.some(({ clientId }) => clientId === accountApp))
    throw new Error(`apps: the clientId '${accountApp}' is the account page's`)
  const portal = {
    clientId: accountApp,
    name: 'Account',
    uri: `${publicUrl}${accountPath}`,
    secret,
    firstParty: true,
    redirectUris: [`${publicUrl}${accountBase}/callback`],
    postLogoutRedirectUris: [`${publicUrl}${accountBase}/signed-out`],
    backchannelLogoutUri: `${publicUrl}${accountBase}/backchannel-logout`,
    scopes: accountScope.split(' '),
    refreshLeeway: 10,
  }
  return { ...configuration, apps: [...apps, portal] }
}
