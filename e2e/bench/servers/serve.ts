import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'

const mostTogether = 32

/** A server on `PORT` that begins together what came together, as ours does (`apps/server/src/http.ts`). */
export function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): void {
  const waiting: (() => void)[] = []
  const begin = () => {
    const works = waiting.splice(0, mostTogether)
    if (waiting.length > 0) setImmediate(begin)
    for (const work of works) work()
  }
  createServer((request, response) => {
    if (waiting.push(() => void answer(request, response)) === 1) setImmediate(begin)
  }).listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
}
