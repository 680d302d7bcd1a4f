import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { NodeResponse } from 'srvx/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer } from '../src/http.ts'

/** Refuses what is declared too large without reading it, as the engine does. */
const server = createHttpServer(
  async () => new NodeResponse('too large', { status: 413 }),
  (error) => {
    throw error
  },
)
let port = 0
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

/** A client that has sent a request's headers; `over` gives what it has read when the connection is closed, or the error. */
function client(framing: string): { readonly socket: Socket; readonly over: Promise<string> } {
  // Goes on sending although the other side has ended, as a client does that has not looked yet.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${framing}\r\n\r\n`)
  const over = new Promise<string>((done) => {
    let read = ''
    socket.on('data', (chunk) => {
      read += chunk.toString()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => done(`${error.code}`))
    socket.on('close', () => done(read))
  })
  return { socket, over }
}

test('T-DOS-01 who sends too much is told so: the connection is not reset on the answer (RFC 9112 §9.6)', async () => {
  const { socket, over } = client('content-length: 2000000')
  for (let sent = 0; sent < 2_000_000; sent += 200_000) {
    socket.write(Buffer.alloc(200_000, 'x'))
    await wait(10)
  }
  socket.end()
  expect(await over).toMatch(/^HTTP\/1\.1 413 /)
})

test.each([
  ['fast', 0],
  ['slowly', 20],
])('T-DOS-01 who never stops sending is cut off (%s)', async (_, pause) => {
  const { socket, over } = client('transfer-encoding: chunked')
  const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`
  while (!socket.destroyed && socket.writable) {
    socket.write(piece)
    await wait(pause)
  }
  await over
})
