import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** The limit: an HTTP server that reads a form and answers with JSON of a token response's size. */
const answer = JSON.stringify({ access_token: 'x'.repeat(700), token_type: 'Bearer', expires_in: 300, scope: 'read' })

createServer(async (request, response) => {
  await text(request)
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(answer)
}).listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'))
