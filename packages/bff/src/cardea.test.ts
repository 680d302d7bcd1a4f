import { createBffSessions } from '@cardea/engine/bff-sessions'
import { testEngine } from '@cardea/engine/testing'
import type { BffSession, FlowAnswer, NativeStep } from '@cardea/protocol'
import { nativeAuthenticators } from '@cardea/protocol'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBff } from './index.ts'
import type { App } from './testing/app.ts'
import { app } from './testing/app.ts'
import type { Browser } from './testing/browser.ts'
import { browser } from './testing/browser.ts'
import type { Cardea } from './testing/cardea.ts'
import { cardea, person } from './testing/cardea.ts'
import { reserve } from './testing/serve.ts'

const clientSecret = 'a-secret-of-a-test-app-0001'

let idp: Cardea
let calendar: App
let mail: App
let mailAgain: App
let keyed: App

beforeAll(async () => {
  const ports = { calendar: await reserve(), mail: await reserve(), keyed: await reserve() }
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kty: 'EC' as const, kid: 'k1', alg: 'ES256', use: 'sig' }
  const addresses = (url: string) => ({
    redirectUris: [`${url}/auth/callback`],
    postLogoutRedirectUris: [`${url}/auth/signed-out`],
    backchannelLogoutUri: `${url}/auth/backchannel-logout`,
    firstParty: true,
    refreshLeeway: 10,
  })
  idp = await cardea(
    () => ({
      organizations: [{ handle: 'demo', name: 'Northwind' }],
      accounts: [{ ...person, name: 'Alex', email: person.username, emailVerified: true }],
      apps: [
        {
          clientId: 'calendar',
          name: 'Calendar',
          secret: clientSecret,
          appNative: true,
          ...addresses(ports.calendar.url),
        },
        { clientId: 'mail', name: 'Mail', secret: clientSecret, ...addresses(ports.mail.url) },
        { clientId: 'keyed', name: 'Keyed', jwks: { keys: [jwk] }, appNative: true, ...addresses(ports.keyed.url) },
      ],
    }),
    Object.values(ports).map(({ url }) => url),
  )
  const common = { issuer: idp.url, now: () => idp.test.clock.now() }
  calendar = await app(() => ({ ...common, clientId: 'calendar', clientSecret }), ports.calendar)
  // Two processes of one app, with the engine's database between them.
  const store = () => createBffSessions(idp.test.engine, 'mail')
  mail = await app(() => ({ ...common, clientId: 'mail', clientSecret, store: store() }), ports.mail)
  mailAgain = await app(() => ({ ...common, clientId: 'mail', clientSecret, store: store() }))
  const key = { key: privateKey, kid: 'k1' }
  keyed = await app(() => ({ ...common, clientId: 'keyed', clientSecret: '', privateKey: key }), ports.keyed)
})

afterAll(async () => {
  for (const each of [calendar, mail, mailAgain, keyed, idp]) await each.close()
})

const read = async <T>(answer: Promise<Response>) => (await (await answer).json()) as T
const session = (served: App, who: Browser) => read<BffSession>(who.call(`${served.url}/auth/session`))

const optionWith = (step: NativeStep, param: string) =>
  step.authenticators.find(({ requiredParams = [] }) => requiredParams.includes(param))?.authenticatorId ?? ''

/** Answers step after step as the policy asks for them. */
async function signIn(
  served: Pick<App, 'url'>,
  who: Browser,
  password = person.password,
  start = {},
): Promise<FlowAnswer> {
  let answer = await read<FlowAnswer>(who.post(`${served.url}/auth/flow`, start))
  for (let round = 0; answer.status === 'step' && !answer.retry && round < 4; round++) {
    const { step, version } = answer
    const name = step.authenticators.some(({ requiredParams = [] }) => requiredParams.includes('password'))
      ? 'password'
      : 'username'
    const params = { [name]: name === 'password' ? password : person.username }
    const body = { version, authenticatorId: optionWith(step, name), params }
    answer = await read<FlowAnswer>(who.post(`${served.url}/auth/flow/step`, body))
  }
  return answer
}

test('somebody signs in app-natively with the bundled engine', async () => {
  const who = calendar.browser()
  const answer = await signIn(calendar, who, person.password, { returnTo: '/week' })
  expect(answer).toMatchObject({
    status: 'signed-in',
    returnTo: '/week',
    session: { user: { name: 'Alex', email: person.username, org: { handle: 'demo' } } },
  })
  expect(await session(calendar, who)).toMatchObject({ status: 'signed-in', acr: 'urn:cardea:acr:single' })
})

test('a wrong password is asked again', async () => {
  const answer = await signIn(calendar, calendar.browser(), 'wrong')
  expect(answer).toMatchObject({ status: 'step', retry: true })
})

test('an app with a key instead of a secret signs in app-natively', async () => {
  expect(await signIn(keyed, keyed.browser())).toMatchObject({ status: 'signed-in' })
})

test('T-BFF-01 neither tokens nor codes nor flow handles are in anything the browser sees', async () => {
  const who = calendar.browser()
  const before = idp.tokens.length
  await signIn(calendar, who)
  await session(calendar, who)
  await who.post(`${calendar.url}/auth/sign-out`, {})
  const given = idp.tokens.slice(before)
  expect(given).toHaveLength(4)
  const visible = [...who.seen, ...who.cookies().values()].join('\n')
  for (const token of given) expect(visible).not.toContain(token)
  expect(visible).not.toMatch(/flw_/)
})

test('T-BFF-05 twenty parallel requests with an expired token make one refresh', async () => {
  const who = calendar.browser()
  await signIn(calendar, who)
  const before = idp.refreshes()
  idp.test.clock.advance(400_000)
  const sessions = await Promise.all(Array.from({ length: 20 }, () => session(calendar, who)))
  expect(sessions.filter(({ status }) => status === 'signed-in')).toHaveLength(20)
  expect(idp.refreshes()).toBe(before + 1)
})

/** One browser goes from app to app: the identity provider's cookies are the same everywhere. */
function sharing(from: Browser, url: string): Browser {
  const other = browser(url)
  for (const [name, value] of from.cookies()) other.cookies().set(name, value)
  return other
}

test('after an app-native sign-in other apps know the person, without a page', async () => {
  const who = calendar.browser()
  const answer = await signIn(calendar, who, person.password, { returnTo: '/week' })
  const adoptUrl = answer.status === 'signed-in' ? answer.adoptUrl : undefined
  const adopted = await who.open(adoptUrl ?? '')
  expect([adopted.status, adopted.headers.get('location')]).toEqual([303, `${calendar.url}/week`])
  const there = sharing(who, mail.url)
  const back = await there.follow(`${mail.url}/auth/login`, `${mail.url}/auth/callback`)
  await there.open(back)
  expect(await session(mail, there)).toMatchObject({ status: 'signed-in', user: { name: 'Alex' } })
})

async function hosted(who: Browser): Promise<void> {
  const login = await who.open(`${mail.url}/auth/login?returnTo=/inbox`)
  const callback = await idp.signIn(who, login.headers.get('location') ?? '', person)
  const back = await who.open(callback)
  expect([back.status, back.headers.get('location')]).toEqual([303, '/inbox'])
}

test('somebody signs in on the hosted pages, without JavaScript', async () => {
  const who = mail.browser()
  await hosted(who)
  expect(await session(mail, who)).toMatchObject({ status: 'signed-in', user: { name: 'Alex' } })
})

test('T-BFF-05 forty parallel requests over two processes with one database make one refresh', async () => {
  const who = mail.browser()
  await hosted(who)
  const before = idp.refreshes()
  idp.test.clock.advance(400_000)
  const headers = { 'cardea-csrf': '1', cookie: [...who.cookies()].map((pair) => pair.join('=')).join('; ') }
  const calls = Array.from({ length: 40 }, (_, index) =>
    read<BffSession>(fetch(`${index % 2 ? mail.url : mailAgain.url}/auth/session`, { headers })),
  )
  for (const each of await Promise.all(calls)) expect(each).toMatchObject({ status: 'signed-in' })
  expect(idp.refreshes()).toBe(before + 1)
})

test('T-BFF-05 with the session in the cookie, two processes refresh once each and nobody is signed out', async () => {
  const other = await app(() => ({ issuer: idp.url, clientId: 'calendar', clientSecret, now: idp.test.clock.now }))
  const who = calendar.browser()
  await signIn(calendar, who)
  idp.test.clock.advance(400_000)
  const before = idp.refreshes()
  const headers = { 'cardea-csrf': '1', cookie: [...who.cookies()].map((pair) => pair.join('=')).join('; ') }
  const calls = Array.from({ length: 20 }, (_, index) =>
    read<BffSession>(fetch(`${index % 2 ? calendar.url : other.url}/auth/session`, { headers })),
  )
  for (const each of await Promise.all(calls)) expect(each).toMatchObject({ status: 'signed-in' })
  expect(idp.refreshes()).toBe(before + 2)
  await session(calendar, who)
  idp.test.clock.advance(400_000)
  expect(await session(calendar, who)).toMatchObject({ status: 'signed-in' })
  await other.close()
})

test('sign-out ends the session at the identity provider too, with no token in any address', async () => {
  const who = mail.browser()
  await hosted(who)
  expect(await read(who.post(`${mail.url}/auth/sign-out`, {}))).toEqual({})
  const again = await who.open(`${mail.url}/auth/login`)
  const page = await who.open(again.headers.get('location') ?? '')
  expect(page.headers.get('location')).toMatch(/\/signin\?flow=/)
})

test('T-BFF-09 sign-out in one app ends the session of the other within two seconds', async () => {
  const who = mail.browser()
  await hosted(who)
  const there = sharing(who, calendar.url)
  await there.open(await there.follow(`${calendar.url}/auth/login`, `${calendar.url}/auth/callback`))
  expect(await session(calendar, there)).toMatchObject({ status: 'signed-in' })
  await there.post(`${calendar.url}/auth/sign-out`, {})
  await expect.poll(() => session(mail, who), { timeout: 2000 }).toEqual({ status: 'signed-out' })
})

test('the identifier step comes first', async () => {
  const answer = await read<FlowAnswer>(calendar.browser().post(`${calendar.url}/auth/flow`, {}))
  const offered =
    answer.status === 'step' ? answer.step.authenticators.map(({ authenticatorId }) => authenticatorId) : []
  expect(offered).toContain(nativeAuthenticators.identifier.id)
})

test('an engine in the same process needs no network, and https gives __Host- cookies', async () => {
  const origin = 'https://app.example'
  const engine = await testEngine({
    publicUrl: 'https://id.example',
    config: {
      organizations: [{ handle: 'demo', name: 'Northwind' }],
      accounts: [{ ...person, email: person.username }],
      apps: [
        {
          clientId: 'calendar',
          name: 'Calendar',
          secret: clientSecret,
          redirectUris: [`${origin}/auth/callback`],
          firstParty: true,
          appNative: true,
        },
      ],
    },
  })
  const bff = createBff({
    issuer: engine.publicUrl,
    clientId: 'calendar',
    clientSecret,
    publicUrl: origin,
    secret: 'a secret of at least thirty-two characters',
    now: engine.clock.now,
    fetch: (url, init) => engine.fetch(new Request(url, init)),
  })
  const who = browser(origin, async (url, init) => bff.fetch(new Request(url, init)))
  expect(await signIn({ url: origin }, who)).toMatchObject({ status: 'signed-in' })
  expect([...who.cookies().keys()].every((name) => name.startsWith('__Host-cardea.calendar.'))).toBe(true)
  await engine.close()
})
