import { createServer } from 'node:net'

const first = 20_000
const count = 9_000

/**
 * A port on loopback that nothing listens on, below those the system gives to outgoing connections (from 32768 on
 * Linux): one of these may be taken by any connection of another test between now and when a server listens there.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
