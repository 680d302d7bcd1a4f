import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { createTestDatabase } from '@cardea/tooling/postgres'
import { afterEach, expect, test } from 'vitest'
import { connectionSettings } from './connection.ts'
import { createReaders } from './readers.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** ErrorResponse (PostgreSQL protocol §55.7) as a server sends it that has no connection left. */
function tooMany(): Buffer {
  const fields = Buffer.from('SFATAL\0C53300\0Mtoo many connections\0\0')
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/** A way to a real database that turns the first `refused` connections away. */
async function openDoor(refused: number): Promise<{ url: string; near: Set<Socket> }> {
  const to = new URL(await createTestDatabase())
  const near = new Set<Socket>()
  let left = refused
  const server: Server = createServer((socket) => {
    near.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => near.delete(socket))
    if (left-- > 0) return void socket.once('data', () => socket.end(tooMany()))
    const far = connect(Number(to.port), to.hostname)
    far.on('error', () => socket.destroy())
    socket.pipe(far).pipe(socket)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push(() => server.close())
  return { url: Object.assign(new URL(to), { host: `127.0.0.1:${(server.address() as AddressInfo).port}` }).href, near }
}

const one = { text: 'select 1 as n', values: [] }

function readersOf(url: string, count = 1) {
  const readers = createReaders({ ...connectionSettings(url), pipeline: true }, count, () => {})
  open.push(readers.end)
  return readers
}

test('T-CRA-02 a connection that was refused is asked for again by the next read', async () => {
  const readers = readersOf((await openDoor(1)).url)
  await expect(readers.query(one)).rejects.toThrow('too many connections')
  expect((await readers.query(one)).rows).toEqual([{ n: 1 }])
})

test('a statement the server refuses keeps the connection', async () => {
  const { url, near } = await openDoor(0)
  const readers = readersOf(url)
  await expect(readers.query({ text: 'select nothing', values: [] })).rejects.toThrow('nothing')
  expect((await readers.query(one)).rows).toEqual([{ n: 1 }])
  expect(near.size).toBe(1)
})

test('closing ends every connection, also after one was refused', async () => {
  const { url, near } = await openDoor(1)
  const readers = readersOf(url)
  await expect(readers.query(one)).rejects.toThrow('too many connections')
  await readers.query(one)
  await readers.end()
  await expect.poll(() => near.size).toBe(0)
})

test('reads that come together go over one connection, and the next ones over a free one', async () => {
  const { url, near } = await openDoor(0)
  const readers = readersOf(url, 3)
  await Promise.all([readers.query(one), readers.query(one), readers.query(one)])
  expect(near.size).toBe(1)
  const slow = readers.query({ text: 'select pg_sleep(1)', values: [] }).then(() => 'the slow one')
  await new Promise(setImmediate)
  expect(await Promise.race([slow, readers.query(one).then(() => 'the next')])).toBe('the next')
  expect(near.size).toBe(2)
  await slow
})

test('more reads than go together are spread', async () => {
  const { url, near } = await openDoor(0)
  const readers = readersOf(url, 3)
  await Promise.all(Array.from({ length: 24 }, () => readers.query(one)))
  expect(near.size).toBe(3)
})
