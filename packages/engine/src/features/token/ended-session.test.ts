import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuthorizationRequest } from '../../domain/authorization/index.ts'
import type { TestEngine } from '../../testing.ts'
import {
  authorized,
  callback,
  challengeOf,
  eventually,
  isActive,
  oauthEngine,
  post,
  redemption,
  signedInTo,
  verifier,
} from './oauth.fixture.ts'

let t: TestEngine
beforeAll(async () => {
  t = await oauthEngine()
})
afterAll(() => t.close())

const end = async (session: Parameters<typeof t.engine.sessions.end>[2]) => {
  const root = await t.engine.organizations.root()
  await t.engine.store.unit((unit) => t.engine.sessions.end(unit, root.id, session))
}

/** What was redeemed; a refresh token, if any, must not live on. */
const redeem = async (code: string) => {
  const { status, body } = await post(t, '/oauth2/token', 'web', redemption(code))
  return { status, error: body.error }
}
const refused = { status: 400, error: 'invalid_grant' }

const requestOf = (scope: readonly string[]): AuthorizationRequest => ({
  clientId: 'web',
  redirectUri: callback,
  responseType: 'code',
  responseMode: 'query',
  scope: [...scope],
  state: undefined,
  nonce: undefined,
  codeChallenge: challengeOf(verifier),
  prompt: [],
  maxAge: undefined,
  acrValues: [],
  loginHint: undefined,
  hintedSubject: undefined,
  claims: undefined,
  resource: [],
  uiLocales: [],
})

test.each([[['openid']], [['openid', 'offline_access']]])(
  'T-SES-03 a code that was made while its session ended is worth nothing (%j)',
  async (scope) => {
    const { cookie, session: id, tokens } = await signedInTo(t, 'web')
    const session = await t.engine.sessions.findBySecret(cookie)
    const client = await t.engine.clients.find('web')
    if (!session || !client) throw new Error('no session, or no client')
    await end(id)
    // What ends with the session has ended, and is not looked for again.
    expect(await eventually(async () => !(await isActive(t, 'web', tokens.access_token)))).toBe(true)
    const outcome = await t.engine.flows.start({
      kind: 'sign-in',
      client,
      ending: 'code',
      request: requestOf(scope),
      binding: { door: 'hosted', browser: 'x' },
      session,
    })
    if (outcome.type !== 'finished') throw new Error('the session did not finish the flow')
    expect(await redeem(outcome.answer.params.code ?? '')).toEqual(refused)
  },
)

test.each([[['openid']], [['openid', 'offline_access']]])(
  'T-SES-03 a code is not redeemed once its session has ended (%j)',
  async (scope) => {
    const { code, session } = await authorized(t, 'web', { scope })
    await end(session)
    expect(await redeem(code)).toEqual(refused)
  },
)
