import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestEngine } from '../../testing.ts'
import { testEngine } from '../../testing.ts'

const secret = 'a-secret-of-the-test-app-0001'
const callback = 'http://localhost:3001/auth/callback'
const back = 'http://localhost:3001/calendar?day=1'

let cardea: TestEngine
beforeAll(async () => {
  cardea = await testEngine({
    config: {
      organizations: [{ handle: 'demo', name: 'Northwind' }],
      policies: { password: { steps: [{ id: 'password', alternatives: ['password'] }] } },
      accounts: [
        { username: 'alex', password: 'demo-alex-2026' },
        { username: 'bea', password: 'demo-bea-2026' },
      ],
      apps: [
        {
          clientId: 'calendar',
          name: 'Calendar',
          secret,
          redirectUris: [callback],
          firstParty: true,
          appNative: true,
          signInPolicy: 'password',
        },
        { clientId: 'mail', name: 'Mail', secret, redirectUris: ['http://localhost:3002/cb'], firstParty: true },
      ],
    },
  })
})
afterAll(() => cardea.close())

/** What a native sign-in gives the app's backend beside the code. */
async function ticketOf(username: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`calendar:${secret}`).toString('base64')}`
  const post = async (path: string, body: string, type: string) => {
    const response = await cardea.fetch(path, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body,
    })
    return (await response.json()) as {
      flowId: string
      nextStep: { authenticators: [{ authenticatorId: string }] }
      authData: { adopt_ticket: string }
    }
  }
  const started = await post(
    '/oauth2/authorize',
    new URLSearchParams({
      client_id: 'calendar',
      response_type: 'code',
      response_mode: 'direct',
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString(),
    'application/x-www-form-urlencoded',
  )
  const { authenticatorId } = started.nextStep.authenticators[0]
  const params = { username, password: `demo-${username}-2026` }
  const answer = { flowId: started.flowId, selectedAuthenticator: { authenticatorId, params } }
  return (await post('/oauth2/authn', JSON.stringify(answer), 'application/json')).authData.adopt_ticket
}

const adopt = (ticket: string, returnTo = back, cookie?: string, headers: Record<string, string> = {}) =>
  cardea.fetch(`/session/adopt?${new URLSearchParams({ ticket, return_to: returnTo })}`, {
    headers: { ...headers, ...(cookie ? { cookie } : {}) },
  })

const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0]

const finds = async (cookie: string | undefined) => {
  const query = new URLSearchParams({
    client_id: 'mail',
    response_type: 'code',
    redirect_uri: 'http://localhost:3002/cb',
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const response = await cardea.fetch(`/oauth2/authorize?${query}`, { headers: { cookie: cookie ?? '' } })
  return response.headers.get('location') ?? ''
}

describe('the browser takes over the session of a native sign-in', () => {
  test('once, comes back to the app, and other apps find the session', async () => {
    const ticket = await ticketOf('alex')
    const answer = await adopt(ticket)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(back)
    expect(await finds(cookieOf(answer))).toContain('code=')
    const again = await adopt(ticket)
    expect(again.status).toBe(400)
    expect(again.headers.getSetCookie()).toEqual([])
  })

  test('of fifty browsers with one ticket one gets it', async () => {
    const ticket = await ticketOf('alex')
    const answers = await Promise.all(Array.from({ length: 50 }, () => adopt(ticket)))
    expect(answers.filter((one) => one.headers.getSetCookie().length > 0)).toHaveLength(1)
  })

  test('within thirty seconds', async () => {
    const ticket = await ticketOf('alex')
    cardea.clock.advance(31_000)
    expect((await adopt(ticket)).status).toBe(400)
  })

  test.each([
    'http://localhost:3002/cb',
    'https://evil.example/',
    '//evil.example/',
    'javascript:alert(1)',
    'http://localhost:3001@evil.example/',
    'http://user:pass@localhost:3001/',
    '',
  ])('T-RED-05 never goes to %s', async (returnTo) => {
    const refused = await adopt(await ticketOf('alex'), returnTo)
    expect(refused.status).toBe(400)
    expect(refused.headers.get('location')).toBeNull()
    expect(refused.headers.getSetCookie()).toEqual([])
  })

  test('but never in place of another person’s', async () => {
    const cookie = cookieOf(await adopt(await ticketOf('bea')))
    const answer = await adopt(await ticketOf('alex'), back, cookie)
    expect(answer.headers.get('location')).toBe(back)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await finds(cookie)).toContain('code=')
  })

  test('T-SES-03 beside the same person’s own, which ends with it', async () => {
    const { engine } = cardea
    const sessionOf = async (cookie = '') => engine.sessions.findBySecret(cookie.split('=')[1] ?? '')
    for (const signsOut of ['the first', 'the second']) {
      const older = cookieOf(await adopt(await ticketOf('alex')))
      const first = await sessionOf(older)
      const second = await sessionOf(cookieOf(await adopt(await ticketOf('alex'), back, older)))
      if (!first || !second) throw new Error('alex is not signed in')
      expect(second.id).not.toBe(first.id)
      const elsewhere = await sessionOf(cookieOf(await adopt(await ticketOf('alex'))))
      const [ended] = signsOut === 'the first' ? [first] : [second]
      await engine.store.unit((unit) => engine.sessions.end(unit, ended.org, ended.id))
      const left = (await engine.sessions.list(first.org, first.account)).map(({ id }) => id)
      expect(left).not.toContain(first.id)
      expect(left).not.toContain(second.id)
      expect(left).toContain(elsewhere?.id)
    }
  })

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' }],
    ['a page that hides itself', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site', referer: 'http://localhost:3002/' }],
    ['a sibling site that hides itself', { 'sec-fetch-site': 'same-site' }],
    ['a mail', { 'sec-fetch-site': 'none' }],
  ])('T-SES-01 a ticket that comes from %s signs nobody in', async (_, headers) => {
    const ticket = await ticketOf('alex')
    const answer = await adopt(ticket, back, undefined, headers)
    expect([answer.headers.get('location'), answer.headers.getSetCookie()]).toEqual([back, []])
    expect((await adopt(ticket)).status).toBe(400)
  })

  test.each(['cross-site', 'same-site'])(
    'the app’s own page may be on another site, or a sibling: %s',
    async (site) => {
      const headers = { 'sec-fetch-site': site, referer: 'http://localhost:3001/' }
      expect(cookieOf(await adopt(await ticketOf('alex'), back, undefined, headers))).toMatch(/^cardea_session=/)
    },
  )

  test('a ticket that was made up is none', async () => {
    for (const ticket of ['', 'x', '1.AAAA', 'ses_1']) expect((await adopt(ticket)).status).toBe(400)
  })
})
