import { defaultFeatures } from '@cardea/engine'
import { bffSessions } from '@cardea/engine/bff-sessions'
import type { TestEngine } from '@cardea/engine/testing'
import { testEngine } from '@cardea/engine/testing'
import { csrfHeader } from '@cardea/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Account } from '../src/account/account.ts'
import { createAccount } from '../src/account/account.ts'
import { accountBase, accountPath, withAccountApp } from '../src/account/app.ts'

const publicUrl = 'http://localhost:3000'
const clientSecret = 'the-secret-of-the-account-page'
const person = { username: 'alex', email: 'alex@demo.test', emailVerified: true, password: 'demo-alex-2026' }
const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let cardea: TestEngine
let account: Account
beforeAll(async () => {
  cardea = await testEngine({
    publicUrl,
    config: withAccountApp({ accounts: [person] }, publicUrl, clientSecret),
    outboundAllow: [publicUrl],
    features: [...defaultFeatures, bffSessions],
  })
  // The account page goes by the real clock.
  cardea.clock.advance(Date.now() - cardea.clock.now())
  account = createAccount({ cardea, publicUrl, key: new Uint8Array(32).fill(7), clientSecret })
})
afterAll(() => cardea.close())

/** A browser at an address, with the session of somebody who has signed in; how it asks the account page. */
async function signedIn(address: string) {
  const { engine } = cardea
  const root = await engine.organizations.root()
  const found = await engine.accounts.findByIdentifier(root.id, person.username)
  if (!found) throw new Error('nobody is there')
  const { secret } = await engine.store.unit((unit) =>
    engine.sessions.create(unit, {
      org: root.id,
      account: found.id,
      startedBy: 'portal',
      factors: [{ authenticator: 'password', amr: ['pwd'], at: engine.now() }],
      userAgent: agent,
      address,
    }),
  )
  const jar = new Map([['cardea_session', secret]])
  const ask = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const request = new Request(new URL(url, publicUrl), {
      redirect: 'manual',
      ...init,
      headers: { ...(init.headers as Record<string, string>), cookie, 'user-agent': agent },
    })
    const path = new URL(request.url).pathname
    const response = account.handles(path)
      ? await account.fetch(request, path, address)
      : await cardea.fetch(request, { address })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return response
  }
  let at: string | null = `${accountBase}/login?returnTo=${accountPath}`
  for (let hop = 0; hop < 5 && at !== null && at !== accountPath; hop++) at = (await ask(at)).headers.get('location')
  return { ask, account: found, root }
}

test('T-AUD-01 what is done on the account page is audited with the address and the browser of the person', async () => {
  const address = '203.0.113.9'
  const { ask, account: alex, root } = await signedIn(address)
  expect((await ask(accountPath)).status).toBe(200)
  const changed = await ask(`${accountBase}/api/me/password`, {
    method: 'PUT',
    headers: {
      [csrfHeader]: '1',
      origin: publicUrl,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ currentPassword: person.password, newPassword: 'four quite unrelated words' }),
  })
  expect(changed.status).toBe(200)
  const origins = async () => {
    const { items } = await cardea.engine.audit.list(root.id, {
      limit: 50,
      subject: alex.id,
      types: ['factor.changed'],
    })
    return items.map(({ origin }) => origin)
  }
  await expect.poll(origins).toEqual([expect.objectContaining({ client: 'portal', address, userAgent: agent })])
})

test('a sign-in that failed is told, not tried for ever, when the API takes the token of the session no longer', async () => {
  const { ask } = await signedIn('203.0.113.10')
  const failed = `${accountPath}?then=totp&cardea_error=authorization.access_denied`
  // Who is signed in reads it on the page.
  expect((await ask(failed)).status).toBe(200)
  // Tokens have run out for the identity provider, not for the backend-for-frontend.
  cardea.clock.advance(400_000)
  expect((await ask(accountPath)).status).toBe(303)
  expect((await ask(failed)).status).toBe(400)
  cardea.clock.advance(-400_000)
})
