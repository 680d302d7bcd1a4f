import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Whether we could listen there. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)))
  })
}

const patienceMilliseconds = 30_000

/** Waits until something answers well at `url`; false when it takes too long or `given up` says so. */
export async function answers(url: string, givenUp: () => boolean): Promise<boolean> {
  const deadline = Date.now() + patienceMilliseconds
  while (Date.now() < deadline && !givenUp()) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return true
    await wait(50)
  }
  return false
}
