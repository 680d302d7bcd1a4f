import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from '@cardea/tooling/ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStore } from '../index.ts'
import { browser } from '../testing/browser.ts'
import type { IdentityProvider } from '../testing/identity-provider.ts'
import { identityProvider } from '../testing/identity-provider.ts'
import { cardea } from './index.ts'

const bff = resolve(import.meta.dirname, '../..')
const folder = join(bff, 'node_modules', `.vite-app-${process.pid}`)
const running: ChildProcess[] = []

let idp: IdentityProvider
let port: number
let url: string

/** A Vite app as a user has it: `index.html`, one script, one line of `vite.config`. */
function writeApp(): void {
  mkdirSync(join(folder, 'node_modules/@cardea'), { recursive: true })
  symlinkSync(bff, join(folder, 'node_modules/@cardea/bff'))
  mkdirSync(join(folder, 'server'))
  for (const name of ['vite', 'nitro']) symlinkSync(join(bff, 'node_modules', name), join(folder, 'node_modules', name))
  const files = {
    'package.json': '{ "name": "app", "private": true, "type": "module" }',
    'index.html': '<!doctype html><title>App</title><div id="app"></div><script type="module" src="/main.js"></script>',
    'main.js': "document.querySelector('#app').textContent = 'hello'",
    'vite.config.js': `
      import { cardea } from '@cardea/bff/vite'
      const api = [{ path: '/profile', target: '${idp.url}/me', methods: ['GET', 'POST'] }]
      const nitro = { exportConditions: ['cardea-source'] }
      export default { plugins: [cardea({ clientId: 'mail', api, nitro })] }`,
    'vite.store.config.js': `
      import { cardea } from '@cardea/bff/vite'
      const nitro = { exportConditions: ['cardea-source'] }
      export default { plugins: [cardea({ clientId: 'mail', store: './server/sessions.ts', nitro })] }`,
    'server/sessions.ts': "import { memoryStore } from '@cardea/bff'\nexport default memoryStore()",
    '.env': `CARDEA_ISSUER=${idp.url}\nCARDEA_CLIENT_SECRET=mail-secret-of-the-test\n`,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
}

function run(args: string[], env: Record<string, string> = {}, cwd = folder): Run {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CARDEA_|PORT$|NODE_ENV|VITEST)/.test(name)),
  )
  const child = spawn(process.execPath, args, { cwd, env: { ...inherited, ...env } })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece) => {
      text += piece
    })
  running.push(child)
  return { child, output: () => text }
}

const viteCommand = (...args: string[]) => [
  '--conditions=cardea-source',
  join(folder, 'node_modules/vite/bin/vite.js'),
  ...args,
  '--configLoader',
  'native',
]
const vite = (...args: string[]) => run(viteCommand(...args))

async function answering(started: Run): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (started.child.exitCode !== null) break
    const up = await fetch(`${url}/auth/session`).then(
      () => true,
      () => false,
    )
    if (up) return
    await new Promise((wake) => setTimeout(wake, 100))
  }
  throw new Error(`the app does not answer\n${started.output()}`)
}

async function stop({ child }: Run): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function signInAndReadSession(): Promise<unknown> {
  const person = browser(url)
  const login = await person.open(`${url}/auth/login?returnTo=/deep/page`)
  const callback = await idp.signIn(person, login.headers.get('location') ?? '', 'alex')
  const back = await person.open(callback)
  expect([back.status, back.headers.get('location')]).toEqual([303, '/deep/page'])
  const profile = await person.call(`${url}/auth/api/profile`)
  expect(await profile.json()).toMatchObject({ sub: 'alex' })
  const posted = await person.call(`${url}/auth/api/profile`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'a=b',
  })
  expect(await posted.json()).toMatchObject({ sub: 'alex' })
  const session = await (await person.call(`${url}/auth/session`)).json()
  expect((await person.post(`${url}/auth/sign-out`, {})).status).toBe(200)
  expect(await (await person.call(`${url}/auth/session`)).json()).toEqual({ status: 'signed-out' })
  return session
}

beforeAll(async () => {
  port = await freePort()
  url = `http://localhost:${port}`
  idp = await identityProvider(url)
  writeApp()
})

afterAll(async () => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL')
  await idp.close()
  rmSync(folder, { recursive: true, force: true })
})

test('a store that is no path of a module is named', () => {
  expect(() => cardea({ store: memoryStore() as never })).toThrow(/store must be the path of a module/)
})

describe('a Vite app with one line of configuration', () => {
  test('has its BFF in development', { timeout: 60_000 }, async () => {
    const server = vite('dev', '--port', String(port))
    await answering(server)
    expect(await signInAndReadSession()).toMatchObject({ status: 'signed-in', user: { sub: 'alex' } })
    const page = await fetch(`${url}/deep/page`, { headers: { 'sec-fetch-dest': 'document', accept: 'text/html' } })
    expect(await page.text()).toContain('/@vite/client')
    await stop(server)
  })

  test('finds the module of its store from Vite’s root, wherever Vite was started', { timeout: 60_000 }, async () => {
    const config = join(folder, 'vite.store.config.js')
    const server = run(viteCommand('dev', folder, '--config', config, '--port', String(port)), {}, bff)
    await answering(server)
    // Without a store there is no back-channel logout (501).
    const body = new URLSearchParams({ logout_token: 'x' })
    expect((await fetch(`${url}/auth/backchannel-logout`, { method: 'POST', body })).status).toBe(400)
    await stop(server)
  })

  test('has it in the build, on one server with the pages', { timeout: 60_000 }, async () => {
    const build = vite('build')
    const [code] = await once(build.child, 'exit')
    expect(code, build.output()).toBe(0)

    const incomplete = run(['.output/server/index.mjs'], { PORT: String(port) })
    const [failed] = await once(incomplete.child, 'exit')
    expect(failed).not.toBe(0)
    expect(incomplete.output()).toMatch(/set CARDEA_\w+/)

    const server = run(['--env-file=.env', '.output/server/index.mjs'], {
      PORT: String(port),
      CARDEA_APP_URL: url,
      CARDEA_SECRET: 'a secret of at least thirty-two characters',
    })
    await answering(server)
    expect(await signInAndReadSession()).toMatchObject({ status: 'signed-in', user: { sub: 'alex' } })
    const page = await fetch(`${url}/deep/page`)
    expect(await page.text()).toContain('<div id="app">')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    const session = await fetch(`${url}/auth/session`, { headers: { 'cardea-csrf': '1' } })
    expect(session.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(session.headers.get('cache-control')).toBe('private, no-store')
    await stop(server)
  })
})
