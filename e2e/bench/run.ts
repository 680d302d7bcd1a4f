import { parseArgs } from 'node:util'
import { offerTestDatabases } from '@cardea/tooling/postgres'
import { measureLimits } from './limits.ts'
import type { Measured } from './load.ts'
import { measure } from './load.ts'
import { pinned, startServer } from './processes.ts'
import { clientCredentials } from './scenarios/client-credentials.ts'
import { codeFlow, refresh } from './scenarios/code-flow.ts'
import { introspection } from './scenarios/introspection.ts'
import { nativeSignIn } from './scenarios/native-sign-in.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { measureSizes } from './sizes.ts'
import { milliseconds, printTable, rate } from './table.ts'
import type { Database } from './targets.ts'
import { startCardea, startPeer } from './targets.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    only: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
})
const seconds = Number(options.seconds)
const scenarios: Record<string, Scenario> = {
  client_credentials: clientCredentials,
  introspection,
  'code flow': codeFlow,
  refresh,
  'app-native sign-in': nativeSignIn,
}
const chosen = Object.entries(scenarios).filter(([name]) => options.only === undefined || name.includes(options.only))
const databases: readonly Database[] = ['sqlite', 'postgres']

const stopDatabases = await offerTestDatabases()
const say = (text: string) => process.stderr.write(`${text}\n`)
const rows: string[][] = []
const results = new Map<string, Measured>()

function record(server: string, database: string, scenario: string, result: Measured) {
  results.set(`${server}/${database}/${scenario}`, result)
  rows.push([
    scenario,
    server,
    database,
    rate(result.rate),
    milliseconds(result.p50),
    milliseconds(result.p95),
    milliseconds(result.p99),
    String(result.errors),
  ])
}

say(`limits of one core${pinned ? '' : ' (no taskset: cores are shared)'} …`)
const limits = await measureLimits(2)
const echo = await startServer(`${import.meta.dirname}/servers/echo.ts`, 39_890, {})
const posts = await measure(
  echo.origin,
  (send) =>
    send({
      method: 'POST',
      path: '/',
      body: 'grant_type=client_credentials&scope=read',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      done: (status) => status === 200,
    }),
  seconds,
)
await echo.stop()

const starts: string[][] = []
for (const database of databases) {
  say(`cardea on ${database} …`)
  const server = await startCardea(
    database,
    39_891,
    options.profile ? ['--cpu-prof', '--cpu-prof-dir=.cardea-profile'] : [],
  )
  starts.push([database, milliseconds(server.startedIn), `${server.memory().toFixed(0)} MiB`])
  for (const [name, scenario] of chosen) {
    say(`  ${name}`)
    record('cardea', database, name, await measure(server.target.origin, await scenario(server.target), seconds))
  }
  await server.stop()
}
for (const database of ['memory', 'postgres'] as const) {
  say(`oidc-provider on ${database} …`)
  const server = await startPeer(database, 39_892)
  for (const [name, scenario] of chosen) {
    if (scenario === nativeSignIn) continue
    say(`  ${name}`)
    record('oidc-provider', database, name, await measure(server.target.origin, await scenario(server.target), seconds))
  }
  await server.stop()
}

printTable(
  'Load: closed loop with 32 callers for the rate, then open loop at half of it for the latencies',
  ['scenario', 'server', 'database', 'per second', 'p50', 'p95', 'p99', 'errors'],
  rows,
)
printTable(
  'Limits of one core',
  ['what', 'per second'],
  [
    ['bare ES256 signature', rate(limits.signatures)],
    ['bare HTTP POST', rate(posts.rate)],
    ['argon2id hash', rate(limits.hashes)],
  ],
)
printTable('Built server', ['database', 'first answer after', 'resident, idle'], starts)

const of = (server: string, database: string, scenario: string) =>
  results.get(`${server}/${database}/${scenario}`)?.rate ?? Number.NaN
const cost = 1 / of('cardea', 'sqlite', 'client_credentials') / (1 / limits.signatures + 1 / posts.rate)
const over = (scenario: string, database: string) =>
  of('cardea', database, scenario) / of('oidc-provider', database, scenario)
const gate = (name: string, value: number, bound: string, met: boolean) =>
  Number.isNaN(value) ? [] : [[name, value.toFixed(2), bound, met ? 'met' : 'MISSED']]
const signIn = of('cardea', 'sqlite', 'app-native sign-in') / limits.hashes
printTable(
  'Budgets',
  ['what', 'measured', 'budget', ''],
  [
    ...gate(
      'client_credentials over oidc-provider (memory), ×',
      of('cardea', 'sqlite', 'client_credentials') / of('oidc-provider', 'memory', 'client_credentials'),
      '≥ 3 (gate)',
      of('cardea', 'sqlite', 'client_credentials') / of('oidc-provider', 'memory', 'client_credentials') >= 3,
    ),
    ...gate('client_credentials, cost over signature + POST, ×', cost, '≤ 2.0', cost <= 2),
    ...gate(
      'code flow over oidc-provider, PostgreSQL, ×',
      over('code flow', 'postgres'),
      '≥ 3 (gate)',
      over('code flow', 'postgres') >= 3,
    ),
    ...gate(
      'refresh over oidc-provider, PostgreSQL, ×',
      over('refresh', 'postgres'),
      '≥ 3 (gate)',
      over('refresh', 'postgres') >= 3,
    ),
    ...gate('password sign-in, share of the hash alone', signIn, '≥ 0.90 (gate)', signIn >= 0.9),
  ],
)

if (options.only === undefined) {
  printTable('Sizes, minified and gzipped, framework external', ['what', 'kB', 'budget'], await measureSizes())
}
await stopDatabases()
