import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAddressOf } from '@cardea/bff/node'
import { useNitroApp } from 'nitro/app'
import { FastResponse } from 'srvx/node'
import { openHost } from './host.ts'
import type { Handle } from './http.ts'
import { createHttpServer } from './http.ts'
import { readSettings } from './settings/settings.ts'

/** How long open requests may take to finish when the process is told to stop. */
const drainMilliseconds = 10_000

async function start(): Promise<void> {
  // Its text goes to the socket in one piece with the headers; a platform Response would be read back as a stream.
  Object.assign(globalThis, { Response: FastResponse })
  const settings = readSettings(process.env, process.cwd())
  const host = await openHost(settings, process.cwd())
  const files = useNitroApp()
  const addressOf = createAddressOf(settings.trustedProxies)
  // Only built files go through Nitro's router; everything else is one call away from the engine.
  const handle: Handle = async (request, target, peer) => {
    if (target.startsWith('/_portal/')) {
      const file = await files.fetch(request)
      // What is not built is told as everywhere else, under the same headers (T-WEB-01).
      if (file.status !== 404) return host.secured(file)
    }
    return host.fetch(request, { target, ...addressOf(peer, request.headers.get('x-forwarded-for')) })
  }
  const server = createHttpServer(handle, (error) => host.log('error', 'A request could not be answered.', { error }))
  await listen(server, settings.port, settings.host)
  host.log('info', 'listening', { url: settings.publicUrl, address: `${settings.host}:${settings.port}` })

  const stop = async (): Promise<void> => {
    const cut = setTimeout(() => server.closeAllConnections(), drainMilliseconds)
    await new Promise((closed) => server.close(closed))
    clearTimeout(cut)
    await host.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1))
      stop()
    })
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw isTaken ? new Error(`PORT: ${port} is taken on ${host}; stop what listens there, or set another`) : error
  }
}

start().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`Cardea cannot start:\n${message.replace(/^/gm, '  ')}\n`)
  if (process.env.CARDEA_LOG === 'debug') console.error(error)
  process.exit(1)
})
