import type { Session } from './session.ts'

const hour = 60 * 60 * 1000

/** From the first sign-in on, whatever happens. */
export const absoluteLifetime = 30 * 24 * hour
/** Without any use (NIST SP 800-63B-4 §2.2.3 leaves it to the risk; apps ask for more by `max_age`). */
export const idleLifetime = 7 * 24 * hour
/** A use is written down at most this often. */
export const touchEvery = 5 * 60 * 1000
/** Between a native sign-in and the browser's one visit. */
export const ticketLifetime = 30 * 1000

/** Whether its absolute or idle end has passed. */
export function isOver(session: Pick<Session, 'expiresAt' | 'lastUsedAt'>, at: number): boolean {
  return session.expiresAt <= at || session.lastUsedAt + idleLifetime <= at
}
