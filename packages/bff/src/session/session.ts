import type { BffSession, BffUser } from '@cardea/protocol'
import type { IDToken } from 'openid-client'
import type { Settings } from '../options.ts'

export interface Tokens {
  readonly access: string
  /** Seconds since the epoch. */
  readonly accessExpiresAt: number
  readonly refresh?: string
  readonly id: string
}

/** A signed-in browser, as the server knows it. Times in seconds since the epoch. */
export interface Session {
  /** Random; what the sign-out form's token is bound to. */
  readonly id: string
  readonly user: BffUser
  /** The identity provider's session, for back-channel logout. */
  readonly sid?: string
  /** Value for `sessionId` of a later app-native sign-in (extension claim). */
  readonly isk?: string
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: string[]
  readonly tokens: Tokens
  readonly createdAt: number
  readonly usedAt: number
}

export const expiryOf = (settings: Settings, session: Session): number =>
  Math.min(session.usedAt + settings.idle, session.createdAt + settings.absolute)

/** What the browser may know of it. */
export const publicSession = (settings: Settings, session: Session): BffSession & { status: 'signed-in' } => ({
  status: 'signed-in',
  user: session.user,
  ...(session.authTime !== undefined && { authTime: session.authTime }),
  ...(session.acr !== undefined && { acr: session.acr }),
  ...(session.amr !== undefined && { amr: session.amr }),
  expiresAt: expiryOf(settings, session),
})

type Claims = Readonly<Record<string, unknown>>

const text = (claims: Claims, name: string): string | undefined =>
  typeof claims[name] === 'string' && claims[name] !== '' ? claims[name] : undefined

const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never

/** The person out of the ID token's or userinfo's claims (OIDC Core §5.1). */
export function userOf(sub: string, claims: Claims): BffUser {
  const org = text(claims, 'org_id')
  return {
    sub,
    ...defined({
      name: text(claims, 'name'),
      email: text(claims, 'email'),
      emailVerified: typeof claims.email_verified === 'boolean' ? claims.email_verified : undefined,
      picture: text(claims, 'picture'),
      preferredUsername: text(claims, 'preferred_username'),
      org: org === undefined ? undefined : { id: org, ...defined({ handle: text(claims, 'org_handle') }) },
    }),
  }
}

/** What the ID token says about the sign-in itself (OIDC Core §2). */
export function signInOf(claims: IDToken): Pick<Session, 'sid' | 'isk' | 'authTime' | 'acr' | 'amr'> {
  const amr = Array.isArray(claims.amr)
    ? claims.amr.filter((each): each is string => typeof each === 'string')
    : undefined
  return defined({
    sid: text(claims, 'sid'),
    isk: text(claims, 'isk'),
    authTime: typeof claims.auth_time === 'number' ? claims.auth_time : undefined,
    acr: text(claims, 'acr'),
    amr,
  })
}
