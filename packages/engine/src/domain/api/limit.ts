import { isId } from '@cardea/protocol'
import type { Call } from '../../kernel/http/call.ts'
import type { Engine } from '../engine.ts'
import { apiErrors } from './errors.ts'

/**
 * Counts a call for its person, if there is one, and for its client. Per process: a read of the APIs costs no write,
 * and what a limit is for here, one caller that takes everything, happens in a process.
 */
export function limitCalls({ attempts, apiRates }: Engine, { token }: Call): void {
  if (!token) throw apiErrors('request.token_invalid')
  if (isId('account', token.subject)) attempts.spend(`api person ${token.subject}`, apiRates.person)
  attempts.spend(`api client ${token.clientId}`, apiRates.client)
}
