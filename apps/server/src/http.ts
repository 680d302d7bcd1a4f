import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { NodeRequest, NodeResponse, sendNodeResponse } from 'srvx/node'

/** `target` is the request's as it was sent (RFC 9112 §3.2.1): nothing in it is decoded or resolved. */
export type Handle = (request: Request, target: string, peer: string) => Promise<Response>

/**
 * Serves a web handler over HTTP/1.1. An answer that is a `FastResponse` of text is never read back as a stream.
 * `failed` is told what could not be answered; the client gets an empty 500.
 */
export function createHttpServer(handle: Handle, failed: (error: unknown) => void): Server {
  const begin = beginTogether()
  const server = createServer((incoming, outgoing) => {
    begin(() => answer(incoming, outgoing))
  })
  return server

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const target = targetOf(incoming.url ?? '/')
    if (target === undefined) {
      outgoing.writeHead(400).end()
      return
    }
    try {
      const request = new NodeRequest({ req: incoming, res: outgoing })
      const response = await handle(request, target, incoming.socket.remoteAddress ?? '')
      // A server that was told to stop waits for open connections: this is the last answer on its own (RFC 9112 §9.6).
      if (!server.listening) outgoing.setHeader('connection', 'close')
      if (!incoming.complete) await readToEnd(incoming)
      await send(outgoing, response)
    } catch (error) {
      failed(error)
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500).end()
    }
  }
}

/** Bytes and milliseconds that a client may go on sending what nobody wants. */
const unwanted = { bytes: 16_000_000, milliseconds: 2000 }

/** A connection that is closed while its client still sends is reset, and the answer lost: first it may finish (RFC 9112 §9.6). */
function readToEnd(incoming: IncomingMessage): Promise<void> {
  return new Promise((done) => {
    let left = unwanted.bytes
    const timer = setTimeout(over, unwanted.milliseconds)
    function over() {
      clearTimeout(timer)
      incoming.off('data', count)
      done()
    }
    function count(chunk: Buffer) {
      left -= chunk.length
      if (left < 0) over()
    }
    incoming.on('data', count).once('end', over).once('close', over)
  })
}

/** So many share the caches; of more the first would wait for the last. */
const mostTogether = 32

/**
 * Begins at once what one turn of the event loop brought. Requests that came together then go through each stage
 * together, while its code and tables are in the processor's caches: under load a token costs less than half.
 */
function beginTogether(): (work: () => Promise<void>) => void {
  const waiting: (() => Promise<void>)[] = []
  const begin = () => {
    const works = waiting.splice(0, mostTogether)
    if (waiting.length > 0) setImmediate(begin)
    for (const work of works) void work()
  }
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(begin)
  }
}

/** A client may send the whole URL (RFC 9112 §3.2.2); whose it says it is does not matter. */
function targetOf(url: string): string | undefined {
  if (url.startsWith('/')) return url
  const whole = /^https?:\/\/[^/?#]+(.*)$/is.exec(url)
  return whole ? `/${whole[1]?.replace(/^\//, '')}` : undefined
}

/** Text goes to the socket in one piece with the headers. */
function send(outgoing: ServerResponse, response: Response): unknown {
  if (!(response instanceof NodeResponse)) return sendNodeResponse(outgoing, response)
  const { status, headers, body } = response._toNodeResponse()
  outgoing.writeHead(status, headers)
  if (body instanceof ReadableStream || body instanceof Readable) {
    // Either side may break off; both are closed then, and there is nobody left to tell.
    return pipeline(body, outgoing, () => {})
  }
  return outgoing.end(body ?? undefined)
}
