import type { AuthorizationRequest } from '../../domain/authorization/index.ts'
import type { Client } from '../../domain/client/index.ts'
import type { Ending } from '../../domain/flow/index.ts'
import { agreementOf } from '../../domain/token/index.ts'
import { answerTo, errorAnswer } from './answer.ts'

/** Name of the ending in the slot `flow.endings`. */
export const codeEnding = 'code'

/** Any program can say that it is this app and take the answer, so a consent of before was perhaps another's (RFC 8252 §8.6). */
export function isUnprovable(client: Client, { redirectUri }: Pick<AuthorizationRequest, 'redirectUri'>): boolean {
  return !client.firstParty && client.authMethod === 'none' && !redirectUri.startsWith('https:')
}

/** A flow that ends with an authorization code for the client that asked. */
export const code: Ending = {
  needsConsent: async (engine, { request }, account, client) => {
    // App-native sign-in is for first-party apps, which are not asked about.
    if (request.responseMode === 'direct') return false
    if (request.prompt.includes('consent')) return true
    if (isUnprovable(client, request)) return true
    return engine.grants.needsConsent(client, account, (await agreementOf(engine, request, client)).names)
  },

  consented: async (engine, { request }, account, client) => {
    const { names } = await agreementOf(engine, request, client)
    return (unit) => engine.grants.rememberConsent(unit, client, account, names)
  },

  finish: async (engine, unit, { request, done }, account, session, client) => {
    await engine.sessions.addParticipant(unit, session, client.clientId)
    const { scope } = request
    const issued = await engine.grants.issueCode(unit, { request, client, account, session, factors: done, scope })
    return answerTo(engine, request, { code: issued })
  },

  refuse: (engine, { request }, reason) =>
    reason === 'access_denied'
      ? errorAnswer(engine, request, 'access_denied', 'authorization.access_denied')
      : // OpenID Connect Core Error Code unmet_authentication_requirements 1.0.
        errorAnswer(engine, request, 'unmet_authentication_requirements', 'authorization.unmet_requirements'),
}
