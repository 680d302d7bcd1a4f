import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { serve } from './serve.ts'

/**
 * A code flow without anything else: the first call reads a session and writes a code, the second
 * takes it and signs two tokens of our length; there is no client, no policy, no event, no refresh token.
 */
const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await pool.query('create table session (hash text primary key, account text not null, factors text not null)')
await pool.query('create table code (hash text primary key, account text not null, scope text not null, used bigint)')
const hashOf = (value: string) => createHash('sha256').update(value).digest('base64url')
await pool.query({ text: 'insert into session values ($1, $2, $3)', values: [hashOf('secret'), 'usr_alex', '[]'] })

function token(): string {
  const input = Buffer.alloc(430, 'x').toString('base64url')
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

async function authorize(query: URLSearchParams): Promise<string | undefined> {
  const session = await pool.query<{ account: string }>({
    name: 'session',
    text: 'select account, factors from session where hash = $1',
    values: [hashOf(query.get('session') ?? '')],
  })
  const account = session.rows[0]?.account
  if (account === undefined) return undefined
  const code = randomBytes(32).toString('base64url')
  await pool.query({
    name: 'issue',
    text: 'insert into code values ($1, $2, $3)',
    values: [hashOf(code), account, query.get('scope')],
  })
  return code
}

async function redeem(form: URLSearchParams): Promise<object> {
  const { rows } = await pool.query({
    name: 'redeem',
    text: 'update code set used = $2 where hash = $1 and used is null returning account, scope',
    values: [hashOf(form.get('code') ?? ''), Date.now()],
  })
  return rows.length === 1 ? { access_token: token(), id_token: token() } : { error: 'invalid_grant' }
}

serve(async (request, response) => {
  if (request.method === 'GET') {
    const code = await authorize(new URLSearchParams(request.url?.split('?')[1]))
    if (code === undefined) response.writeHead(401).end()
    else response.writeHead(303, { location: `http://localhost:9/cb?code=${code}`, 'cache-control': 'no-store' }).end()
    return
  }
  const body = JSON.stringify(await redeem(new URLSearchParams(await text(request))))
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
})
