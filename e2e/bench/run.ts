import { parseArgs } from 'node:util'
import { createTestDatabase, offerTestDatabases } from '@cardea/tooling/postgres'
import { measureLimit } from './limits.ts'
import type { Measured } from './load.ts'
import { crowds, measure } from './load.ts'
import { pinned, startServer } from './processes.ts'
import { bare } from './scenarios/bare.ts'
import { clientCredentials } from './scenarios/client-credentials.ts'
import { codeFlow, refresh } from './scenarios/code-flow.ts'
import { introspection } from './scenarios/introspection.ts'
import { nativeSignIn } from './scenarios/native-sign-in.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { measureShares } from './share.ts'
import { measureSizes } from './sizes.ts'
import { microseconds, milliseconds, printTable, rate } from './table.ts'
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
/** A few callers keep the hash busy; of more, the limits on one network let only some try at once (T-BRU-01). */
const fewOnly = [32]
const crowdsOf = (scenario: Scenario) => (scenario === nativeSignIn ? fewOnly : crowds)
const chosen = Object.entries(scenarios).filter(([name]) => options.only === undefined || name.includes(options.only))
const pairs: readonly (readonly [Database, 'memory' | 'postgres'])[] = [
  ['sqlite', 'memory'],
  ['postgres', 'postgres'],
]

// Commits reach the disk, as in production.
const stopDatabases = await offerTestDatabases({ durable: true })
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
    microseconds(result.cost),
    milliseconds(result.p50),
    milliseconds(result.p95),
    milliseconds(result.p99),
    String(result.errors),
  ])
}

say(`bare work on one core${pinned ? '' : ' (no taskset: cores are shared)'} …`)
const signature = await measureLimit('signature', 2)
const posts = await measureBare('echo')
const tokens = await measureBare('token')
const codeFlows = await measureBare('code-flow', { DATABASE_URL: await createTestDatabase() })

/** A server that does nothing else. */
async function measureBare(name: keyof typeof bare, environment = {}): Promise<Measured> {
  const server = await startBare(name, environment)
  const measured = await measure(server, bare[name], seconds)
  await server.stop()
  return measured
}

function startBare(name: keyof typeof bare, environment = {}) {
  return startServer(`${import.meta.dirname}/servers/${name}.ts`, 29_890, environment)
}

const starts: string[][] = []
let signIns: Awaited<ReturnType<typeof measureShares>> | undefined
for (const [database, peerDatabase] of pairs) {
  say(`cardea on ${database}, oidc-provider on ${peerDatabase} …`)
  const fresh = await startCardea(database, 29_891, { people: 1 })
  starts.push([database, milliseconds(fresh.startedIn), `${fresh.memory().toFixed(0)} MiB`])
  await fresh.stop()
  const server = await startCardea(database, 29_891, {
    people: 64,
    nodeOptions: options.profile ? ['--cpu-prof', '--cpu-prof-dir=.cardea-profile'] : [],
  })
  const peer = await startPeer(peerDatabase, 29_892)
  for (const [name, scenario] of chosen) {
    say(`  ${name}`)
    record('cardea', database, name, await measure(server, await scenario(server.target), seconds, crowdsOf(scenario)))
    if (scenario === nativeSignIn) continue
    // At once: a machine that is slower now than a minute ago is so for both.
    record('oidc-provider', peerDatabase, name, await measure(peer, await scenario(peer.target), seconds))
  }
  await peer.stop()
  if (database === 'sqlite' && chosen.some(([, scenario]) => scenario === nativeSignIn)) {
    say('  sign-in and the hash, in turns')
    const barest = await startBare('sign-in')
    signIns = await measureShares(
      {
        bare: { server: barest, unit: bare['sign-in'] },
        cardea: { server, unit: await nativeSignIn(server.target) },
      },
      seconds,
    )
    await barest.stop()
  }
  await server.stop()
}

printTable(
  `Load: closed loop with ${crowds.join(' or ')} callers for the rate, then open loop at half of it for the latencies`,
  ['scenario', 'server', 'database', 'per second', 'processor time', 'p50', 'p95', 'p99', 'errors'],
  rows,
)
printTable(
  'Bare work on one core',
  ['what', 'per second', 'processor time'],
  [
    ['bare ES256 signature', rate(signature.rate), microseconds(signature.cost)],
    ['bare HTTP POST', rate(posts.rate), microseconds(posts.cost)],
    ['bare HTTP POST that signs a token', rate(tokens.rate), microseconds(tokens.cost)],
    ['bare code flow: two calls, three statements, two signatures', rate(codeFlows.rate), microseconds(codeFlows.cost)],
    ...(signIns ? [['argon2id hash', rate(signIns.hash.rate), microseconds(signIns.hash.cost)]] : []),
  ],
)
printTable('Built server', ['database', 'first answer after', 'resident, idle'], starts)

/** A gate by rate, as the design has it, and by processor time, which a busy machine changes less. */
const gates: string[][] = []
function gate(name: string, bound: string, byRate: number, byCost: number, met?: (value: number) => boolean) {
  if (Number.isNaN(byRate)) return
  gates.push([name, bound, byRate.toFixed(2), byCost.toFixed(2), met ? (met(byRate) ? 'met' : 'MISSED') : ''])
}
const of = (server: string, database: string, scenario: string) => results.get(`${server}/${database}/${scenario}`)
function overPeer(scenario: string, database: Database, peerDatabase: Database | 'memory') {
  const ours = of('cardea', database, scenario)
  const peer = of('oidc-provider', peerDatabase, scenario)
  if (!ours || !peer) return
  const name = `${scenario} over oidc-provider (${peerDatabase}), ×`
  gate(name, '≥ 3, gate', ours.rate / peer.rate, peer.cost / ours.cost, (value) => value >= 3)
}
overPeer('client_credentials', 'sqlite', 'memory')
const peerMachine = of('oidc-provider', 'memory', 'client_credentials')
if (peerMachine) {
  // Says what a server that does nothing else reaches on this machine: not a budget.
  const byCost = peerMachine.cost / tokens.cost
  gate('bare token over oidc-provider (memory), ×', '(bare)', tokens.rate / peerMachine.rate, byCost)
}
const machine = of('cardea', 'sqlite', 'client_credentials')
if (machine) {
  const bareRate = 1 / (1 / signature.rate + 1 / posts.rate)
  const bareCost = signature.cost + posts.cost
  gate(
    'client_credentials over signature + POST, ×',
    '≤ 2.0',
    bareRate / machine.rate,
    machine.cost / bareCost,
    (value) => value <= 2,
  )
}
overPeer('code flow', 'postgres', 'postgres')
const peerCodes = of('oidc-provider', 'postgres', 'code flow')
if (peerCodes) {
  const byCost = peerCodes.cost / codeFlows.cost
  gate('bare code flow over oidc-provider (postgres), ×', '(bare)', codeFlows.rate / peerCodes.rate, byCost)
}
overPeer('refresh', 'postgres', 'postgres')
const shareOfHash = (name: string) => signIns?.shares.get(name) ?? { byRate: Number.NaN, byCost: Number.NaN }
// Four POSTs, four commits and the hash: says what is left for a server on this machine, not a budget.
const barest = shareOfHash('bare')
gate('bare sign-in, share of the hash alone', '(bare)', barest.byRate, barest.byCost)
const ours = shareOfHash('cardea')
gate('app-native sign-in, share of the hash alone', '≥ 0.90, gate', ours.byRate, ours.byCost, (value) => value >= 0.9)
printTable('Budgets', ['what', 'budget', 'by rate', 'by processor time', ''], gates)

if (options.only === undefined) {
  printTable('Sizes, minified and gzipped, framework external', ['what', 'kB', 'budget'], await measureSizes())
}
await stopDatabases()
