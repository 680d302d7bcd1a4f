import type { AccountId, OrganizationId, SessionId } from '@cardea/protocol'
import type { Unit } from '../../kernel/store/index.ts'
import type { ProvenFactor, Session } from './session.ts'

export type { ProvenFactor, Session } from './session.ts'

export interface Sessions {
  /** Live session of a cookie's secret, across organizations; `undefined` when unknown, ended, idle too long or its account is disabled. */
  readonly findBySecret: (secret: string) => Promise<Session | undefined>
  /** By the value of `isk` / parameter `sessionId`. */
  readonly findByIsk: (isk: string) => Promise<Session | undefined>
  readonly find: (org: OrganizationId, id: SessionId) => Promise<Session | undefined>
  /** A new session with fresh secrets (`secret` for the cookie, `isk`), both returned once. Emits `session.created`. */
  readonly create: (
    unit: Unit,
    session: Pick<Session, 'org' | 'account' | 'factors' | 'userAgent' | 'address'>,
  ) => Promise<{ session: Session; secret: string; isk: string }>
  /** Adds factors after a re-authentication and renews the cookie's secret (V7 7.2.4). */
  readonly renew: (unit: Unit, org: OrganizationId, id: SessionId, factors: readonly ProvenFactor[]) => Promise<{ session: Session; secret: string } | undefined>
  /** Notes that a client took part, so that back-channel logout reaches it. `sid` in ID tokens is the session's id. */
  readonly addParticipant: (unit: Unit, session: Session, clientId: string) => Promise<void>
  readonly participants: (org: OrganizationId, id: SessionId) => Promise<readonly string[]>
  readonly list: (org: OrganizationId, account: AccountId) => Promise<readonly Session[]>
  /** Ends one session; emits `session.ended` with the participants. Refresh tokens bound to it die (but `offline_access` ones). */
  readonly end: (unit: Unit, org: OrganizationId, id: SessionId) => Promise<boolean>
  /** Ends all of an account's sessions but `except`. */
  readonly endAll: (unit: Unit, org: OrganizationId, account: AccountId, except?: SessionId) => Promise<number>
  /** Cookie name, attributes and (de)serialisation of the SSO cookie: `__Host-` when `publicUrl` is https. */
  readonly cookie: { readonly read: (cookies: Readonly<Record<string, string>>) => string | undefined; readonly set: (secret: string) => string; readonly clear: () => string }
}
