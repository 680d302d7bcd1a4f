import type { AccountId, ClientId, OrganizationId, SessionId } from '@cardea/protocol'
import { isId } from '@cardea/protocol'
import type { Feature } from '../../kernel/feature.ts'
import type { Unit } from '../../kernel/store/index.ts'
import type { Engine } from '../engine.ts'
import { removeOverdue } from './expiry.ts'
import type { LiveSession, ProvenFactor, Session } from './session.ts'
import { sessionMigrations } from './store.ts'

export { acrMulti, acrOf, acrSingle, isMultiFactor } from './acr.ts'
export type { LiveSession, ProvenFactor, Session } from './session.ts'
export { createSessions } from './verbs.ts'

export interface Sessions {
  /** Live session of a cookie's secret, across organizations; `undefined` when unknown, ended, idle too long or its account is disabled. */
  readonly findBySecret: (secret: string) => Promise<LiveSession | undefined>
  /** By the value of `isk` / parameter `sessionId`. */
  readonly findByIsk: (isk: string) => Promise<LiveSession | undefined>
  readonly find: (org: OrganizationId, id: SessionId) => Promise<Session | undefined>
  /** A new session with fresh secrets (`secret` for the cookie, `isk`), both returned once. Emits `session.created`. */
  readonly create: (
    unit: Unit,
    session: Pick<Session, 'org' | 'account' | 'startedBy' | 'factors' | 'userAgent' | 'address'>,
  ) => Promise<{ session: Session; secret: string; isk: string }>
  /** Adds factors after a re-authentication and renews the cookie's secret (V7 7.2.4). */
  readonly renew: (
    unit: Unit,
    org: OrganizationId,
    id: SessionId,
    factors: readonly ProvenFactor[],
  ) => Promise<{ session: Session; secret: string } | undefined>
  /** Notes that a client took part, so that back-channel logout reaches it. `sid` in ID tokens is the session's id. */
  readonly addParticipant: (unit: Unit, session: Session, clientId: string) => Promise<void>
  readonly participants: (org: OrganizationId, id: SessionId) => Promise<readonly string[]>
  readonly list: (org: OrganizationId, account: AccountId) => Promise<readonly Session[]>
  /** The same person has both in one browser, and signs out of both at once. Nothing happens when `beside` has ended. */
  readonly shareBrowser: (unit: Unit, session: Session, beside: Session) => Promise<void>
  /**
   * Ends one session, and those that share its browser; emits `session.ended` with the participants for each. Refresh
   * tokens bound to them die (but `offline_access` ones). Gives their ids, none when it is gone already.
   */
  readonly end: (unit: Unit, org: OrganizationId, id: SessionId) => Promise<readonly SessionId[]>
  /** Ends all of an account's sessions but `except`, and every sign-in it is in the middle of (ASVS 7.4.3). Counts the sessions. */
  readonly endAll: (unit: Unit, org: OrganizationId, account: AccountId, except?: SessionId) => Promise<number>
  /** The `isk` claim of a session's ID tokens: a keyed hash, the same every time. */
  readonly isk: (id: SessionId) => string
  /** A sealed, single-use ticket (30 s) that lets one browser take over a session a native sign-in has made. */
  readonly ticket: (session: Session, client: ClientId) => Promise<string>
  /** What a ticket stands for, for exactly one caller; `undefined` when it is unknown, expired or used. */
  readonly redeem: (
    ticket: string,
  ) => Promise<{ readonly org: OrganizationId; readonly session: SessionId; readonly client: ClientId } | undefined>
  /** Cookie name, attributes and (de)serialisation of the SSO cookie: `__Host-` when `publicUrl` is https. */
  readonly cookie: {
    readonly read: (cookies: Readonly<Record<string, string>>) => string | undefined
    readonly set: (secret: string) => string
    readonly clear: () => string
  }
}

export const sessionNoun: Feature<Engine> = {
  id: 'session',
  migrations: sessionMigrations,
  jobs: [{ name: 'session-expiry', everySeconds: 600, run: removeOverdue }],
  subscribers: [
    {
      // Refused at once by every lookup; this tells the apps that took part (ASVS 7.4.2).
      name: 'session-of-disabled-account',
      types: ['account.disabled', 'account.deleted'],
      async handle(engine, event) {
        const account = event.target
        if (!isId('account', account)) return
        await engine.store.unit((unit) => engine.sessions.endAll(unit, event.org, account))
      },
    },
  ],
}
