import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Bff } from './bff.ts'

export { createAddressOf } from './address.ts'

export interface NodeHandlerOptions {
  /** The browser's address. Default: the socket's peer; behind a proxy, what `createAddressOf` finds. */
  address?: (request: IncomingMessage) => string | undefined
}

/** Fits `node:http`, connect and express (mounted at the root, before anything that reads bodies). */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void

const pathOf = (target: string): string => target.split(/[?#]/, 1)[0] ?? ''

function requestOf(incoming: IncomingMessage, target: string, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    // HTTP/2 pseudo-headers are no headers.
    if (name.startsWith(':')) continue
    for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each)
  }
  const method = incoming.method ?? 'GET'
  const hasBody = method !== 'GET' && method !== 'HEAD'
  // The origin is a placeholder: nothing is ever taken from `Host`.
  return new Request(`http://bff.invalid${target}`, {
    method,
    headers,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
  })
}

async function write(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status
  for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  if (!answer.body) {
    response.end()
    return
  }
  await pipeline(Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]), response)
}

/**
 * A raw request target that a URL parser would rewrite is refused before it can: dots that resolve, backslashes,
 * whole addresses.
 */
const isAsWritten = (target: string): boolean =>
  target.startsWith('/') &&
  !target.startsWith('//') &&
  !target.includes('\\') &&
  !/(^|\/)(\.|%2e){1,2}($|\/)/i.test(pathOf(target))

/** Serves a BFF from Node. With `next`, what is not below its base path goes on to it. */
export function nodeHandler(
  bff: Pick<Bff, 'fetch' | 'handles'>,
  { address = (request) => request.socket.remoteAddress }: NodeHandlerOptions = {},
): NodeHandler {
  return (incoming, response, next) => {
    const target = incoming.url ?? '/'
    if (next && !bff.handles(pathOf(target))) return next()
    if (!isAsWritten(target)) {
      response.statusCode = 400
      response.setHeader('cache-control', 'no-store')
      response.end()
      return
    }
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    // `Request` throws for methods that a browser may not send.
    Promise.resolve()
      .then(() => bff.fetch(requestOf(incoming, target, gone.signal), { address: address(incoming) }))
      .then((answer) => write(answer, response))
      .catch(() => response.destroy())
  }
}
