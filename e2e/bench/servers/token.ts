import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { serve } from './serve.ts'

/** A token endpoint without anything else: reads a form, signs a token of our length, answers; knows no client. */
const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(scope: string): string {
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'http://localhost:29893',
    sub: 'bench',
    aud: 'https://api.bench.test',
    client_id: 'bench',
    scope,
    iat,
    exp: iat + 300,
    jti: randomBytes(16).toString('base64url'),
    org_id: 'org_abcdefghijklmnopqrstuv',
    org_handle: 'root',
  }
  const input = `${encode({ alg: 'ES256', typ: 'at+jwt', kid: 'key_abcdefghijklmnop' })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

serve(async (request, response) => {
  const scope = new URLSearchParams(await text(request)).get('scope') ?? ''
  const body = JSON.stringify({ access_token: token(scope), token_type: 'Bearer', expires_in: 300, scope })
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
})
