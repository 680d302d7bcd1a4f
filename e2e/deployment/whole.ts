import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Addresses } from './addresses.ts'
import { dataVariable } from './aged.ts'
import { startApp } from './apps.ts'
import type { Kind } from './configuration.ts'
import { configuration, kinds } from './configuration.ts'
import { startServer } from './server.ts'

/** Where tests ask for somebody nobody else uses. */
export const peopleVariable = 'CARDEA_E2E_PEOPLE'

/** Server and both demo apps, as `npm start` runs them, with `people` to be handed out. Answers the tear-down. */
export async function startWhole(addresses: Addresses, people: Record<Kind, number>): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-e2e-'))
  const { server, calendar, mail } = addresses
  const starting = await Promise.allSettled([
    startServer({
      port: Number(new URL(server).port),
      folder,
      configuration: configuration(addresses, people),
      outbound: [calendar, mail],
    }),
    startApp('calendar', addresses, folder),
    startApp('mail', addresses, folder),
  ])
  const running = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  const failed = starting.find((one) => one.status === 'rejected')
  if (failed) {
    await stop()
    throw failed.reason
  }
  process.env[dataVariable] = folder
  const broker = await handOut(people)
  return async () => {
    broker()
    await stop()
  }
}

/** `GET /plain` answers the number of the next plain person: each is given to one test only. */
async function handOut(people: Record<Kind, number>): Promise<() => void> {
  const next = new Map<string, number>()
  const http = createServer((request, response) => {
    const kind = kinds.find((one) => `/${one}` === request.url)
    const number = next.get(kind ?? '') ?? 0
    if (kind === undefined || number >= people[kind]) {
      response.writeHead(404).end()
      return
    }
    next.set(kind, number + 1)
    response.end(String(number))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port to hand out people')
  process.env[peopleVariable] = `http://127.0.0.1:${address.port}`
  return () => http.close()
}
