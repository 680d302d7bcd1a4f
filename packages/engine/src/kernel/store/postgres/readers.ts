import pg from 'pg'
import type { Log } from '../../kernel.ts'

/** Connections that many readers share. */
export interface Readers {
  readonly query: (config: pg.QueryConfig) => Promise<pg.QueryResult>
  readonly end: () => Promise<void>
}

/** So many reads of one turn of the event loop share a packet; more than that would wait for one another too long. */
const mostTogether = 8

interface Slot {
  client: Promise<pg.Client> | undefined
  waiting: number
}

/**
 * Reads of many requests go over a few connections, one after another without waiting for answers: what comes
 * together is one packet and one wake-up of the server, not one each. Only reads may: they wait for no row lock, so
 * nothing behind them waits either. A connection that breaks is made anew for the next read.
 */
export function createReaders(settings: pg.ClientConfig, count: number, log: Log): Readers {
  const slots: Slot[] = Array.from({ length: count }, () => ({ client: undefined, waiting: 0 }))
  let ended = false
  let turn: { readonly slot: Slot; left: number } | undefined

  /** The shortest line, for all reads of this turn: a slow report keeps only those waiting who came with it. */
  const line = (): Slot => {
    if (turn === undefined) {
      setImmediate(() => {
        turn = undefined
      })
    }
    if (turn === undefined || turn.left === 0) {
      turn = { slot: slots.reduce((best, one) => (one.waiting < best.waiting ? one : best)), left: mostTogether }
    }
    turn.left -= 1
    return turn.slot
  }

  /** The next read makes a new one; what still waits for this one fails, and is read again by its caller. */
  const drop = (slot: Slot, client: Promise<pg.Client>) => {
    if (slot.client === client) slot.client = undefined
    client.then((one) => one.end()).catch(() => {})
  }

  const connect = (slot: Slot): Promise<pg.Client> => {
    const client = new pg.Client(settings)
    const connected = client.connect().then(() => client)
    client.on('error', (error) => {
      if (!ended) log('warn', 'PostgreSQL closed a connection for reads.', { error })
      drop(slot, connected)
    })
    client.on('end', () => drop(slot, connected))
    // Refused, whatever the reason: nobody may find it again.
    connected.catch(() => drop(slot, connected))
    return connected
  }

  return {
    async query(config) {
      const slot = line()
      slot.client ??= connect(slot)
      slot.waiting += 1
      try {
        const client = await slot.client
        return await client.query(config)
      } finally {
        slot.waiting -= 1
      }
    },
    async end() {
      ended = true
      await Promise.all(slots.map(({ client }) => client?.then((one) => one.end()).catch(() => {})))
    },
  }
}
