import { useNitroApp } from 'nitro/app'
import { FastResponse, serve } from 'srvx/node'
import { createAddressOf } from './address.ts'
import { openHost } from './host.ts'
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
  const server = serve({
    port: settings.port,
    hostname: settings.host,
    manual: true,
    silent: true,
    gracefulShutdown: false,
    // Only built files go through Nitro's router; everything else is one call away from the engine.
    fetch: async (request) => {
      const path = pathOf(request.url)
      if (path.startsWith('/_portal/')) {
        const file = await files.fetch(request)
        // What is not built is told as everywhere else, under the same headers (T-WEB-01).
        if (file.status !== 404) return host.secured(file)
      }
      return host.fetch(request, path, addressOf(request.ip ?? '', request.headers.get('x-forwarded-for')))
    },
  })
  try {
    await server.serve()
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw isTaken
      ? new Error(`PORT: ${settings.port} is taken on ${settings.host}; stop what listens there, or set another`)
      : error
  }
  host.log('info', 'listening', { url: settings.publicUrl, address: `${settings.host}:${settings.port}` })

  const stop = async (): Promise<void> => {
    const cut = setTimeout(() => server.close(true), drainMilliseconds)
    await server.close()
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

/** The path as it was sent: nothing is decoded or resolved, so that a tricky one reaches the engine's own check. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const query = url.indexOf('?', start)
  return start < 0 ? '/' : url.slice(start, query < 0 ? undefined : query)
}

start().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`Cardea cannot start:\n${message.replace(/^/gm, '  ')}\n`)
  if (process.env.CARDEA_LOG === 'debug') console.error(error)
  process.exit(1)
})
