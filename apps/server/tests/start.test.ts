import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '@cardea/tooling/ports'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const built = join(import.meta.dirname, '../.output/server/index.mjs')

let folder: string
beforeEach(() => {
  if (!existsSync(built)) throw new Error('build the server first: npm run build')
  folder = mkdtempSync(join(tmpdir(), 'cardea-server-'))
})

/** Servers of the running test; what it ends itself is over by then. */
const running: { readonly child: ChildProcess; readonly ended: Promise<unknown> }[] = []
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    if (child.exitCode === null) child.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the built server as an operator does, in an empty folder. */
function run(env: Record<string, string>) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [built], { cwd: folder, env: { PATH, CARDEA_DATA: folder, ...env } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  running.push({ child, ended })
  return { child, ended, said: () => said }
}

/** A start that must fail: its exit status and what it said. */
async function refused(env: Record<string, string>) {
  const { ended, said } = run(env)
  return { status: await ended, said: said() }
}

async function started(env: Record<string, string> = {}) {
  const port = await freePort()
  const server = run({ PORT: String(port), ...env })
  for (let tries = 0; tries < 400; tries += 1) {
    const answered = await fetch(`http://localhost:${port}/healthz`).then(
      (response) => response.ok,
      () => false,
    )
    if (answered) return { ...server, port, url: `http://localhost:${port}` }
    await wait(25)
  }
  throw new Error(`the server did not start:\n${server.said()}`)
}

describe('a wrong setting names itself and ends the process', () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ['a port that is none', { PORT: 'many' }, /PORT: /],
    ['a public URL with plain http', { CARDEA_PUBLIC_URL: 'http://id.example' }, /CARDEA_PUBLIC_URL: must be https/],
    ['a key that is too short', { CARDEA_KEY: 'c2hvcnQ' }, /CARDEA_KEY: must be 32 random bytes/],
    ['PostgreSQL without a key', { DATABASE_URL: 'postgres://localhost/cardea' }, /CARDEA_KEY: is missing/],
    ['a setting that does not exist', { CARDEA_PUBLICURL: 'https://id.example' }, /did you mean CARDEA_PUBLIC_URL/],
    ['a configuration file that is not there', { CARDEA_CONFIG: 'nowhere.ts' }, /CARDEA_CONFIG: .*nowhere\.ts/],
    ['development on all interfaces', { CARDEA_DEV: '1', HOST: '0.0.0.0' }, /CARDEA_DEV: is for loopback only/],
  ]

  test.each(cases)('%s', async (_, env, message) => {
    const { status, said } = await refused(env)
    expect(said).toMatch(message)
    expect(status).toBe(1)
    expect(said).not.toMatch(/\n\s+at /)
  })

  test('several at once are all told', async () => {
    const { said } = await refused({ PORT: '-1', CARDEA_LOG: 'loud' })
    expect(said).toMatch(/PORT: [\s\S]*CARDEA_LOG: /)
  })

  test('a wrong value in the configuration file is told with its place', async () => {
    const config = { apps: [{ clientId: 'shop', name: 'Shop', redirectUris: ['http://shop.example/cb'] }] }
    writeFileSync(join(folder, 'cardea.config.json'), JSON.stringify(config))
    const { status, said } = await refused({})
    expect(said).toMatch(/cardea\.config\.json:\s+apps\[0\]\.redirectUris\[0\]: must be an absolute https URL/)
    expect(status).toBe(1)
  })

  test('a configuration file with a syntax error', async () => {
    writeFileSync(join(folder, 'cardea.config.ts'), 'export default {')
    const { status, said } = await refused({})
    expect(said).toContain('cardea.config.ts')
    expect(status).toBe(1)
  })

  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const { status, said } = await refused({ PORT: String(port) })
    other.close()
    expect(said).toContain(`PORT: ${port} is taken`)
    expect(status).toBe(1)
  })

  test('a database without its key', async () => {
    writeFileSync(join(folder, 'cardea.sqlite'), '')
    const { status, said } = await refused({})
    expect(said).toMatch(/master\.key is missing/)
    expect(status).toBe(1)
  })
})

describe('a running server', () => {
  test('keeps its key to itself, and ends cleanly when it is told to', async () => {
    const { child, ended } = await started()
    expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })

  test('T-CRA-03 on SIGTERM an open request gets its answer, nobody else is let in, and the status is 0', async () => {
    const { child, ended, port, url } = await started()
    const open = await halfSent(port)
    child.kill('SIGTERM')
    // A server that no longer listens has been told, and has not ended.
    await expect
      .poll(() =>
        fetch(`${url}/healthz`).then(
          ({ status }) => status,
          () => 'refused',
        ),
      )
      .toBe('refused')
    expect(child.exitCode).toBeNull()
    expect(await open.finish()).toMatch(/^HTTP\/1\.1 401 [\s\S]*^connection: close[\s\S]*"error":"invalid_client"/im)
    expect(await ended).toBe(0)
  })

  test('T-CRA-03 on SIGTERM a request that never ends is cut off, and the status is 0', {
    timeout: 60_000,
  }, async () => {
    const { child, ended, port } = await started()
    const open = await halfSent(port)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(await open.answer).toBe('')
  })

  test('sends the front page on to the account page, and that to sign-in; development pages are not there', async () => {
    const { url } = await started()
    const at = async (path: string) => {
      const response = await fetch(url + path, { redirect: 'manual' })
      return [response.status, response.headers.get('location')?.replace(/\?.*/, '')]
    }
    expect(await at('/')).toEqual([303, '/account'])
    expect(await at('/account')).toEqual([303, '/account/_auth/login'])
    expect(await at('/account/_auth/login')).toEqual([303, `${url}/oauth2/authorize`])
    expect((await at('/dev/inbox'))[0]).toBe(404)
  })

  test('a sign-in that nobody knows can be started again, from the account page', async () => {
    const { url } = await started()
    const response = await fetch(`${url}/signin?flow=flw_gone`)
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(new RegExp(`<a[^>]* href="${url}/account"[^>]*>Start again</a>`))
  })

  test.each([
    ['bff.issuer_unreachable', (url: string) => `${url} does not answer`],
    ['bff.client_refused', () => 'does not accept the app portal'],
  ])('a sign-in to the account page that failed with %s names what it is about', async (code, text) => {
    const { child, ended, url } = await started()
    const response = await fetch(`${url}/account?cardea_error=${code}`)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain(text(url))
    child.kill('SIGTERM')
    await ended
  })

  test('serves built files for good, compressed', async () => {
    const { url } = await started({ CARDEA_DEV: '1' })
    const html = await (await fetch(url)).text()
    const [script = ''] = /\/_portal\/client-[\w-]+\.js/.exec(html) ?? []
    const response = await fetch(url + script, { headers: { 'accept-encoding': 'br' } })
    expect(response.headers.get('cache-control')).toMatch(/max-age=31536000.*immutable/)
    expect(response.headers.get('content-encoding')).toBe('br')
    expect((await fetch(`${url}/_portal/none.js`)).status).toBe(404)
  })

  test('T-WEB-01 tells browsers to stay with https, on its own pages too', async () => {
    const { url } = await started({ CARDEA_DEV: '1', CARDEA_PUBLIC_URL: 'https://id.example' })
    for (const path of ['/', '/account', '/account?cardea_error=request.internal', '/favicon.ico', '/healthz']) {
      const { headers } = await fetch(url + path, { redirect: 'manual' })
      expect([path, headers.get('strict-transport-security')]).toEqual([path, 'max-age=31536000'])
    }
    const post = await fetch(`${url}/account`, { method: 'POST' })
    expect(post.headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('and not where it has no https', async () => {
    const { url } = await started({ CARDEA_DEV: '1' })
    expect((await fetch(url)).headers.get('strict-transport-security')).toBeNull()
  })

  test('T-RED-07 shows who can sign in, and mail, to no other name of the machine (DNS rebinding)', async () => {
    const account = { username: 'mia', password: 'a-password-of-the-demo' }
    writeFileSync(join(folder, 'cardea.config.json'), JSON.stringify({ accounts: [account] }))
    const { port } = await started({ CARDEA_DEV: '1' })
    const at = (path: string, host: string) =>
      raw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(await at('/', `localhost:${port}`)).toContain('a-password-of-the-demo')
    expect(await at('/', 'evil.example')).not.toContain('a-password-of-the-demo')
    expect(await at('/dev/inbox.json', `127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 200/)
    expect(await at('/dev/inbox.json', 'evil.example')).toMatch(/^HTTP\/1\.1 404/)
    expect(await at('http://localhost/dev/inbox.json', 'evil.example')).toMatch(/^HTTP\/1\.1 404/)
  })

  test('T-RED-07 shows measurements to no proxy that it does not know', async () => {
    const at = async (env: Record<string, string>, headers: Record<string, string>) => {
      const { url } = await started(env)
      return (await fetch(`${url}/metrics`, { headers })).status
    }
    const known = { CARDEA_TRUSTED_PROXIES: '127.0.0.1,::1' }
    expect(await at({}, {})).toBe(200)
    expect(await at({}, { 'x-forwarded-for': '10.1.2.3' })).toBe(404)
    expect(await at(known, { 'x-forwarded-for': '10.1.2.3' })).toBe(200)
    expect(await at(known, { 'x-forwarded-for': '203.0.113.9' })).toBe(404)
    expect(await at(known, { 'x-forwarded-for': '203.0.113.9:50004' })).toBe(404)
    // What it says about the browser is not where we look.
    expect(await at(known, { forwarded: 'for=203.0.113.9' })).toBe(404)
  })

  // RFC 9112 §3.2: a path, a whole URL whose authority is not looked at, and what is neither.
  test.each([
    ['/healthz', 200],
    ['/healthz?x=http://evil.example/y', 200],
    ['http://evil.example/healthz', 200],
    ['http://evil.example', 303],
    ['http://evil.example?x', 303],
    ['evil.example/healthz', 400],
    ['ftp://evil.example/healthz', 400],
    ['*', 400],
  ])('the target %s gets %i', async (target, status) => {
    const { port } = await started()
    const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(answer.split(' ', 2)[1]).toBe(String(status))
    expect(answer).not.toContain('evil.example')
  })

  const hostile = ['evil.example', '"><script>', 'a b', '[::1', '']
  test.each(hostile)('T-RED-07 believes no Host header: %s', async (host) => {
    const { port, url } = await started()
    const answer = await raw(
      port,
      `GET /.well-known/openid-configuration HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400)/)
    expect(answer).not.toContain('evil.example')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
  })
})

/** A request whose body has arrived by half: the server waits for the rest. */
async function halfSent(port: number) {
  const body = 'grant_type=client_credentials&client_id=nobody'
  const [head, rest] = [body.slice(0, 10), body.slice(10)]
  const lines = [
    'POST /oauth2/token HTTP/1.1',
    'Host: localhost',
    'Expect: 100-continue',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
  ]
  const socket = connect(port, '127.0.0.1')
  let said = ''
  socket.on('data', (chunk) => (said += chunk.toString()))
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('close', () => resolve(said))
    socket.once('error', reject)
  })
  socket.write(`${lines.join('\r\n')}\r\n\r\n${head}`)
  // It has been read as far as it goes once the server asks for the body.
  await expect.poll(() => said).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  said = ''
  return {
    answer,
    finish: () => {
      socket.write(rest)
      return answer
    },
  }
}

/** What the server says to bytes that no client library would send. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => (answer += chunk.toString()))
    socket.once('end', () => resolve(answer))
    socket.once('error', reject)
  })
}
