import { createHash, randomBytes } from 'node:crypto'
import type { Scenario } from './scenario.ts'
import { basic, encode } from './scenario.ts'

const identifierId = 'SWRlbnRpZmllckV4ZWN1dG9yOkxPQ0FM'
const passwordId = 'QmFzaWNBdXRoZW50aWNhdG9yOkxPQ0FM'

/** The whole app-native sign-in: start, identifier, password (one argon2id hash), code, tokens; one person after another. */
export const nativeSignIn: Scenario = async (target) => {
  const { native } = target.paths
  let next = 0
  if (native === undefined) throw new Error('this server has no app-native sign-in')
  const form = basic(target)
  const json = { 'content-type': 'application/json' }
  return async (send) => {
    const person = target.people[next++ % target.people.length]
    if (!person) throw new Error('nobody can sign in here')
    const { username, password } = person
    const verifier = randomBytes(32).toString('base64url')
    const body = encode({
      client_id: target.clientId,
      response_type: 'code',
      response_mode: 'direct',
      redirect_uri: target.redirectUri,
      scope: 'openid',
      state: 's',
      nonce: 'n',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    let flowId = ''
    let code = ''
    const started = await send({
      method: 'POST',
      path: target.paths.authorize,
      headers: { ...form, accept: 'application/json' },
      body,
      done: (_status, text) => {
        flowId = /"flowId":"([^"]+)"/.exec(text)?.[1] ?? ''
        return flowId !== ''
      },
    })
    const answer = (authenticatorId: string, params: Record<string, string>, done: (text: string) => boolean) =>
      send({
        method: 'POST',
        path: native,
        headers: json,
        body: JSON.stringify({ flowId, selectedAuthenticator: { authenticatorId, params } }),
        done: (_status, text) => done(text),
      })
    if (!started || !(await answer(identifierId, { username }, (text) => text.includes('"INCOMPLETE"')))) return false
    const completed = await answer(passwordId, { password }, (text) => {
      code = /"code":"([^"]+)"/.exec(text)?.[1] ?? ''
      return text.includes('SUCCESS_COMPLETED') && code !== ''
    })
    if (!completed) return false
    return send({
      method: 'POST',
      path: target.paths.token,
      headers: form,
      body: encode({
        grant_type: 'authorization_code',
        code,
        redirect_uri: target.redirectUri,
        code_verifier: verifier,
      }),
      done: (status) => status === 200,
    })
  }
}
