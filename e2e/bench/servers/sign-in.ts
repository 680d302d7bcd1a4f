import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { hash, verify } from '@node-rs/argon2'
import { serve } from './serve.ts'

/**
 * A sign-in of four calls without anything else: each call changes one row durably, the third checks a
 * password, the fourth signs two tokens of our length; there is no policy, no session, no audit trail, no limit.
 */
const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const phc = await hash('four-quiet-unrelated-words', { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
const folder = mkdtempSync(join(tmpdir(), 'cardea-bench-'))
process.once('SIGTERM', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
const database = new DatabaseSync(join(folder, 'flows.db'))
database.exec('pragma journal_mode = wal; pragma synchronous = full')
database.exec('create table flow (id text primary key, step integer not null, username text) strict')
const start = database.prepare('insert into flow (id, step) values (?, 1)')
const advance = database.prepare('update flow set step = step + 1, username = coalesce(?, username) where id = ?')

function token(): string {
  const input = Buffer.alloc(430, 'x').toString('base64url')
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const calls: Readonly<Record<string, (form: URLSearchParams) => Promise<object>>> = {
  async '/start'() {
    const id = randomBytes(16).toString('base64url')
    start.run(id)
    return { id }
  },
  async '/identifier'(form) {
    advance.run(form.get('username'), form.get('id'))
    return {}
  },
  async '/password'(form) {
    if (!(await verify(phc, form.get('password') ?? ''))) return { error: 'wrong' }
    advance.run(null, form.get('id'))
    return {}
  },
  async '/token'(form) {
    advance.run(null, form.get('id'))
    return { access_token: token(), id_token: token() }
  },
}

serve(async (request, response) => {
  const form = new URLSearchParams(await text(request))
  const body = JSON.stringify((await calls[request.url ?? '']?.(form)) ?? {})
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
})
