import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { apps, originAt } from './apps.ts'
import { people } from './people.ts'
import { answers, isFree } from './ports.ts'

const root = resolve(import.meta.dirname, '../../..')
const port = Number(process.env.PORT ?? 3000)
const host = process.env.HOST ?? '127.0.0.1'
const publicUrl = originAt(port, 0)
const data = resolve(root, process.env.CARDEA_DATA ?? '.cardea')

interface Program {
  readonly name: string
  readonly port: number
  readonly folder: string
  readonly ready: string
  readonly env: Readonly<Record<string, string>>
}

const programs: readonly Program[] = [
  {
    name: 'Cardea',
    port,
    folder: join(root, 'apps/server/.output'),
    ready: `${publicUrl}/healthz`,
    env: {
      CARDEA_DEV: '1',
      CARDEA_DATA: data,
      CARDEA_CONFIG: join(root, 'apps/server/demo/cardea.config.ts'),
      CARDEA_PUBLIC_URL: publicUrl,
      CARDEA_LOG: process.env.CARDEA_LOG ?? 'warn',
    },
  },
  ...apps.map(({ clientId, name, offset, secret, sealing }) => ({
    name,
    port: port + offset,
    folder: join(root, 'apps/examples/vue/.output', clientId),
    ready: originAt(port, offset),
    env: {
      CARDEA_ISSUER: publicUrl,
      CARDEA_CLIENT_ID: clientId,
      CARDEA_CLIENT_SECRET: secret,
      CARDEA_SECRET: sealing,
      CARDEA_APP_URL: originAt(port, offset),
      SESSIONS_FILE: join(data, `${clientId}-sessions.sqlite`),
      OTHER_APP: originAt(port, 3 - offset),
    },
  })),
]

const children: ChildProcess[] = []
let stopping = false

function stop(status: number): void {
  if (stopping) return
  stopping = true
  process.exitCode = status
  for (const child of children) child.kill('SIGTERM')
}

function run({ name, folder, port: own, env }: Program): void {
  // Each program gets its own settings only; what configures the server must not reach the apps.
  const inherited = Object.entries(process.env).filter(([key]) => name === 'Cardea' || !key.startsWith('CARDEA_'))
  const child = spawn(process.execPath, [join(folder, 'server/index.mjs')], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), NODE_ENV: 'production', PORT: String(own), HOST: host, ...env },
    // What the apps' server says about itself is in the address map.
    stdio: ['ignore', name === 'Cardea' ? 'inherit' : 'ignore', 'inherit'],
  })
  child.once('exit', (status) => {
    if (!stopping) console.error(`${name} has ended (${status ?? 'killed'}); stopping the rest`)
    stop(status || 1)
  })
  children.push(child)
}

function addressMap(): string {
  const place = process.env.DATABASE_URL ? 'PostgreSQL' : relative(process.cwd(), data) || '.'
  const rows: readonly (readonly [string, string, string])[] = [
    ['Start here', publicUrl, ''],
    ...apps.map(({ name, offset, does }) => [name, originAt(port, offset), does] as const),
    ['Account', `${publicUrl}/account`, ''],
    ['Dev inbox', `${publicUrl}/dev/inbox`, 'mail and codes'],
    ['API page', `${publicUrl}/openapi`, ''],
  ]
  const lines = rows.map(([what, url, note]) => `  ${what.padEnd(20)}${url.padEnd(36)}${note}`.trimEnd())
  const who = people.map(({ username, password, shows }) => `  ${username.padEnd(20)}${password.padEnd(36)}${shows}`)
  return [
    '',
    'Cardea is running.',
    '',
    ...lines,
    '',
    ...who,
    '',
    `  Data stays in ${place}. Ctrl-C stops everything.`,
    '',
  ].join('\n')
}

const slow = ({ name, ready }: Program): string =>
  `${name} does not answer at ${ready} yet. Open that address in a while, or stop with Ctrl-C and run npm start again.`

async function start(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_533) {
    console.error(`PORT: '${process.env.PORT}' is not a port with two more above it`)
    process.exitCode = 1
    return
  }
  mkdirSync(data, { recursive: true, mode: 0o700 })
  for (const program of programs) {
    if (await isFree(host, program.port)) continue
    const other = port + 100
    console.error(
      `Port ${program.port} (${program.name}) is taken. Stop what listens there, or choose others: PORT=${other} npm start`,
    )
    process.exitCode = 1
    return
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0))
  for (const program of programs) run(program)
  const ready = await Promise.all(programs.map(({ ready }) => answers(ready, () => stopping)))
  const missing = programs.filter((_, index) => !ready[index])
  if (missing.length === 0) console.log(addressMap())
  // Who has ended has said so; who is only slow would leave an empty terminal.
  else if (!stopping) for (const program of missing) console.error(slow(program))
}

await start()
