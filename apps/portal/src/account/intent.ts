import { faultOf } from '@cardea/core'
import type { BffSession } from '@cardea/protocol'
import type { Intent } from './account.ts'

const intents: readonly Intent[] = ['password', 'totp', 'passkey']

/** Seconds for which the API takes a sign-in as proof of who it is (ASVS 7.5.1). */
const recentEnough = 600

/** What a sign-in came back with instead of anybody, in a query. */
export const faultIn = (search: string): string | undefined => faultOf({ location: () => search })?.code

/**
 * What to go on with after a fresh sign-in. Anybody can write the query: the sign-in itself has to be recent, at `now`
 * in milliseconds.
 */
export function resumedBy(search: string, session: BffSession, now: number): Intent | undefined {
  const authTime = session.status === 'signed-in' ? session.authTime : undefined
  if (authTime === undefined || now / 1000 - authTime > recentEnough || faultIn(search) !== undefined) return undefined
  const then = new URLSearchParams(search).get('then')
  return intents.find((intent) => intent === then)
}
