import { text } from 'node:stream/consumers'
import { serve } from './serve.ts'

/** An HTTP server without anything else: one that reads a form and answers with JSON of a token response's size. */
const answer = JSON.stringify({ access_token: 'x'.repeat(700), token_type: 'Bearer', expires_in: 300, scope: 'read' })

serve(async (request, response) => {
  await text(request)
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(answer)
})
