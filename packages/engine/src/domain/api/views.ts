import type { ApiAccount, ApiFactor, ApiPage, ApiSession } from '@cardea/protocol'
import type { Account } from '../account/index.ts'
import type { Authenticator, Factor } from '../flow/index.ts'
import type { Page } from '../page.ts'
import type { Session } from '../session/index.ts'
import { describeDevice } from './device.ts'

/** Milliseconds since the epoch as the APIs write times. */
export function time(at: number): string {
  return new Date(at).toISOString()
}

export function pageView<T, V>(page: Page<T>, view: (item: T) => V): ApiPage<V> {
  return { items: page.items.map(view), ...(page.next === undefined ? {} : { next: page.next }) }
}

export function accountView(account: Account): ApiAccount {
  const { id, org, username, email, emailVerified, name, givenName, familyName, picture, locale, zoneinfo } = account
  return {
    id,
    organization: org,
    username,
    email,
    emailVerified,
    name,
    givenName,
    familyName,
    picture,
    locale,
    zoneinfo,
    attributes: { ...account.attributes },
    status: account.status,
    createdAt: time(account.createdAt),
    updatedAt: time(account.updatedAt),
  }
}

export function sessionView(session: Session): ApiSession {
  const { id, address } = session
  return {
    id,
    amr: [...new Set(session.factors.flatMap((factor) => factor.amr))],
    createdAt: time(session.createdAt),
    lastUsedAt: time(session.lastUsedAt),
    expiresAt: time(session.expiresAt),
    address,
    ...describeDevice(session.userAgent),
  }
}

export function factorView(factor: Factor, authenticator: Authenticator | undefined): ApiFactor {
  return {
    id: factor.id,
    authenticator: factor.authenticator,
    name: factor.name,
    createdAt: time(factor.createdAt),
    lastUsedAt: factor.lastUsedAt === undefined ? undefined : time(factor.lastUsedAt),
    renamable: authenticator?.rename !== undefined,
  }
}
