import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { BffSession, CardeaConfig, FlowAnswer } from '@cardea/protocol'
import { bffPaths, csrfHeader, nativeAuthenticators } from '@cardea/protocol'
import { packPackages } from '@cardea/tooling/packed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPlainBrowser, signInAt } from '../deployment/plain-browser.ts'
import type { Server } from '../deployment/server.ts'
import { startServer } from '../deployment/server.ts'
import { blocksIn, sectionOf } from './blocks.ts'
import { done, end, shell } from './shell.ts'

const root = join(import.meta.dirname, '../..')
const issuer = 'http://localhost:29840'
const app = 'http://localhost:29841'
const alex = { username: 'alex@demo.test', password: 'demo-alex-2026' }

/** The README's own ports are those of whoever works here. */
const moved = (text: string) => text.replaceAll('http://localhost:3000', issuer).replaceAll('5173', new URL(app).port)
const blocks = blocksIn(moved(sectionOf(readFileSync(join(root, 'README.md'), 'utf8'), 'Put it into your app')))
const [install = '', run = ''] = blocks.flatMap(({ language, file, code }) =>
  language === 'sh' && !file ? [code] : [],
)
const files = blocks.flatMap(({ file, code }) => (file ? [{ file, code }] : []))

let folder: string
let server: Server
let served: ReturnType<typeof shell> | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cardea-readme-'))
  const demo = pathToFileURL(join(root, 'apps/server/demo/cardea.config.ts')).href
  const configuration: { default: CardeaConfig } = await import(/* @vite-ignore */ demo)
  server = await startServer({
    port: Number(new URL(issuer).port),
    configuration: JSON.parse(moved(JSON.stringify(configuration.default))),
    outbound: [app],
  })
})
afterAll(async () => {
  if (served) await end(served)
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('the README has what a person needs, in this order', () => {
  expect(files.map(({ file }) => file)).toEqual(['vite.config.ts', 'index.html', 'src/main.ts', 'src/App.vue', '.env'])
  expect(install).toContain('npm install')
  expect(run).toContain('npx vite build')
})

test('from an empty folder to an app that signs people in, with nothing but the README', {
  timeout: 600_000,
}, async () => {
  const here = join(folder, 'my-app')
  mkdirSync(here)
  // Where the commands of the README look for the packages: beside the app's folder.
  await packPackages(join(folder, 'cardea/.cache/packages'))
  await done(install, here)
  for (const { file, code } of files) {
    mkdirSync(dirname(join(here, file)), { recursive: true })
    writeFileSync(join(here, file), code)
  }
  const [development = '', build = '', start = ''] = run.split(/^(?=npx vite build|PORT=)/m)

  await serving(development, here, async () => {
    const html = await (await fetch(app)).text()
    expect(html).toContain('src="/src/main.ts')
    const module = await fetch(`${app}/src/App.vue`, { headers: { accept: '*/*' } })
    expect([module.status, module.headers.get('content-type')]).toEqual([200, 'text/javascript'])
    await signInThroughTheBff()
    await signInOnTheHostedPage()
  })

  await done(build, here)
  await serving(start, here, async () => {
    const html = await (await fetch(app)).text()
    expect(html).toContain('<div id="app">')
    for (const [, path = ''] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const file = await fetch(app + path)
      expect([file.status, path]).toEqual([200, path])
    }
    expect(html).toMatch(/src="\/assets\/[^"]+\.js"/)
    await signInThroughTheBff()
    await signInOnTheHostedPage()
  })
})

async function serving(lines: string, here: string, check: () => Promise<void>): Promise<void> {
  served = shell(lines, here)
  await expectToAnswer(served)
  await check()
  await end(served)
}

async function expectToAnswer({ child, said }: ReturnType<typeof shell>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const answered = await fetch(app).then(
      (response) => response.ok,
      () => false,
    )
    if (answered) return
    if (child.exitCode !== null) break
    await wait(50)
  }
  throw new Error(`the app did not start:\n${said()}`)
}

const { identifier, password } = nativeAuthenticators

/** What `<SignIn/>` sends, step by step. */
async function signInThroughTheBff(): Promise<void> {
  const jar = new Map<string, string>()
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${app}/auth${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        [csrfHeader]: '1',
        origin: app,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        cookie: [...jar].map((pair) => pair.join('=')).join('; '),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response.json()
  }
  const answer = async (path: string, body: object) => (await ask(path, body)) as FlowAnswer
  const versionOf = (step: FlowAnswer) => {
    if (step.status !== 'step') throw new Error(`no step: ${JSON.stringify(step)}`)
    return step.version
  }
  expect(await ask(bffPaths.session)).toEqual({ status: 'signed-out' })
  const first = await answer(bffPaths.flow, {})
  const named = { authenticatorId: identifier.id, params: { username: alex.username } }
  const second = await answer(bffPaths.step, { version: versionOf(first), ...named })
  const proven = { authenticatorId: password.id, params: { password: alex.password } }
  const last = await answer(bffPaths.step, { version: versionOf(second), ...proven })
  expect(last).toMatchObject({ status: 'signed-in', session: { user: { name: 'Alex Rivera' } } })
  const session = (await ask(bffPaths.session)) as BffSession
  expect(session).toMatchObject({ status: 'signed-in', user: { email: alex.username } })
  expect(JSON.stringify([last, session])).not.toMatch(/eyJ[\w-]+\.[\w-]+\.[\w-]+/)
}

/** `mode="hosted"`: the same app, by the identity provider's page. */
async function signInOnTheHostedPage(): Promise<void> {
  const browser = createPlainBrowser()
  const callback = await signInAt(browser, `${app}/auth/login`, alex, `${app}/auth/callback`)
  const page = await browser.open(callback.href)
  expect([page.status, page.url]).toEqual([200, `${app}/`])
  const session = await fetch(`${app}/auth/session`, {
    headers: { [csrfHeader]: '1', 'sec-fetch-site': 'same-origin', cookie: browser.cookies(app) },
  })
  expect(await session.json()).toMatchObject({ status: 'signed-in', user: { name: 'Alex Rivera' } })
}
