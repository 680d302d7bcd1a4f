import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'

/** A server on `PORT` that begins together what came together, as ours does. */
export function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): void {
  const waiting: (() => void)[] = []
  const begin = () => {
    for (const one of waiting.splice(0)) one()
  }
  createServer((request, response) => {
    if (waiting.push(() => void answer(request, response)) === 1) setImmediate(begin)
  }).listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
}
