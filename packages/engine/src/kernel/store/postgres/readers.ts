import pg from 'pg'
import type { Log } from '../../kernel.ts'

/** Connections that many readers share. */
export interface Readers {
  readonly query: (config: pg.QueryConfig) => Promise<pg.QueryResult>
  readonly end: () => Promise<void>
}

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

  const connect = async (slot: Slot): Promise<pg.Client> => {
    const client = new pg.Client(settings)
    const lost = (error?: Error) => {
      if (ended) return
      if (error) log('warn', 'PostgreSQL closed a connection for reads.', { error })
      slot.client = undefined
    }
    client.on('error', lost)
    client.on('end', () => lost())
    await client.connect()
    return client
  }

  return {
    async query(config) {
      // The shortest line: a slow report keeps only those waiting who came while every other line was longer.
      const slot = slots.reduce((best, one) => (one.waiting < best.waiting ? one : best))
      slot.client ??= connect(slot)
      slot.waiting += 1
      try {
        const client = await slot.client
        return await client.query(config)
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) slot.client = undefined
        throw error
      } finally {
        slot.waiting -= 1
      }
    },
    async end() {
      ended = true
      await Promise.all(slots.map(async ({ client }) => (await client)?.end()))
    },
  }
}
