import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Log } from '../../kernel.ts'
import type { SqlStatement } from '../connection.ts'
import { connectionSettings } from './connection.ts'

const channel = 'cardea_signal'
// A payload has less than 8000 bytes.
const longest = 7_000
const firstPause = 100
const longestPause = 5_000

/** Signals between processes by LISTEN and NOTIFY. */
export interface PostgresSignals {
  /** Tells the topics of a unit when it is run in the unit. */
  notify(topics: ReadonlySet<string>): SqlStatement | undefined
  close(): Promise<void>
}

/** Listens on a connection of its own. When that was lost, and is back, `heard` gets `'*'`: something may have been missed. */
export async function listenToPostgres(
  url: string,
  heard: (topic: string) => void,
  log: Log,
): Promise<PostgresSignals> {
  const self = randomBytes(8).toString('hex')
  let client: pg.Client | undefined
  let closed = false
  let retry: NodeJS.Timeout | undefined

  const connect = async (): Promise<void> => {
    const next = new pg.Client(connectionSettings(url))
    let gone = false
    const lost = () => {
      if (gone || closed) return
      gone = true
      if (client === next) reconnect(firstPause)
    }
    next.on('error', lost)
    next.on('end', lost)
    next.on('notification', ({ payload = '' }) => {
      const [sender, ...topics] = payload.split('\n')
      if (sender !== self) for (const topic of topics) heard(topic)
    })
    await next.connect()
    await next.query(`listen ${channel}`)
    if (closed) return next.end()
    client = next
    if (gone) reconnect(firstPause)
  }

  const reconnect = (wait: number) => {
    log('warn', 'The connection that hears signals was lost.', { wait })
    retry = setTimeout(() => {
      connect().then(
        () => heard('*'),
        () => !closed && reconnect(Math.min(longestPause, wait * 2)),
      )
    }, wait)
    retry.unref()
  }

  await connect()
  return {
    notify(topics) {
      if (topics.size === 0) return undefined
      const payload = [self, ...topics].join('\n')
      const sent = Buffer.byteLength(payload) > longest ? `${self}\n*` : payload
      return { sql: 'select pg_notify($1, $2)', parameters: [channel, sent] }
    },
    async close() {
      closed = true
      clearTimeout(retry)
      await client?.end()
    },
  }
}
