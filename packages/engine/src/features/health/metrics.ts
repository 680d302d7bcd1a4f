import type { Engine } from '../../domain/engine.ts'
import { durationBuckets } from '../../kernel/metrics.ts'

type Labels = Readonly<Record<string, string | number>>

/** Everything that is measured, in Prometheus' text format (version 0.0.4). */
export async function renderMetrics(engine: Engine): Promise<string> {
  const requests = engine.metrics.requests()
  const { statements, transactions } = engine.store.counts()
  const waiting = await engine.store
    .across('measure how many events wait')
    .selectFrom('delivery')
    .select((eb) => ['subscriber', eb.fn.countAll<number>().as('waiting'), eb.fn.count<number>('dead_at').as('dead')])
    .groupBy('subscriber')
    .execute()
  const { rss, heapUsed } = process.memoryUsage()
  return [
    ...metric('cardea_http_requests_total', 'counter', 'Answers by route and status.', [
      ...requests.map(({ route, method, status, count }) => line({ route, method, status }, count)),
    ]),
    ...histogram(engine),
    ...metric('cardea_store_statements_total', 'counter', 'SQL statements.', [line({}, statements)]),
    ...metric('cardea_store_transactions_total', 'counter', 'Units of work.', [line({}, transactions)]),
    ...metric(
      'cardea_events_waiting',
      'gauge',
      'Events that a subscriber has not handled yet.',
      waiting.map((row) => line({ subscriber: row.subscriber }, Number(row.waiting) - Number(row.dead))),
    ),
    ...metric(
      'cardea_events_dead',
      'gauge',
      'Events that a subscriber has given up.',
      waiting.map((row) => line({ subscriber: row.subscriber }, Number(row.dead))),
    ),
    ...metric('process_resident_memory_bytes', 'gauge', 'Resident memory.', [line({}, rss)]),
    ...metric('nodejs_heap_used_bytes', 'gauge', 'Used heap.', [line({}, heapUsed)]),
    ...metric('process_uptime_seconds', 'gauge', 'Since the process began.', [line({}, process.uptime())]),
    '',
  ].join('\n')
}

function histogram({ metrics }: Engine): string[] {
  const name = 'cardea_http_request_duration_seconds'
  const samples = metrics.requests().flatMap(({ route, method, status, count, sum, within }) => {
    const labels = { route, method, status }
    let atMost = 0
    return [
      ...durationBuckets.map((le, index) => {
        atMost += within[index] ?? 0
        return sample(`${name}_bucket`, line({ ...labels, le }, atMost))
      }),
      sample(`${name}_bucket`, line({ ...labels, le: '+Inf' }, count)),
      sample(`${name}_sum`, line(labels, sum)),
      sample(`${name}_count`, line(labels, count)),
    ]
  })
  return [`# HELP ${name} How long answers took.`, `# TYPE ${name} histogram`, ...samples]
}

function metric(name: string, type: 'counter' | 'gauge', help: string, lines: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines.map((text) => sample(name, text))]
}

function sample(name: string, text: string): string {
  return `${name}${text}`
}

function line(labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([name, label]) => `${name}="${escapeLabel(String(label))}"`)
  return `${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
