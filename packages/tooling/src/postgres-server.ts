import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './ports.ts'
import { binaries, serverAccount, temporaryFolder } from './postgres-files.ts'

export type PostgresServer = {
  /** Makes a new empty database and answers its URL. */
  readonly createDatabase: () => Promise<string>
  /** Stops the server and deletes its files. */
  readonly stop: () => Promise<void>
}

export type PostgresOptions = {
  /** True: commits reach the disk, as in production (measurements, crash tests). False (default): as fast as memory. */
  readonly durable?: boolean
}

/** Ends the server and removes its files when our end of stdin closes: neither outlives a run that was killed. */
const supervisor = '"$0" "$@" & server=$!; read -r _; kill -INT $server; wait $server; cd / && rm -rf "$CLUSTER"'

const flags = (folder: string, port: number, durable: boolean): string[] => {
  const settings = [`unix_socket_directories=${folder}`, 'max_connections=300', 'listen_addresses=127.0.0.1']
  if (!durable) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off')
  return ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
}

/** A real PostgreSQL on loopback, with its own user and files. Throws with the server's words when it cannot start. */
export const startPostgres = async ({ durable = false }: PostgresOptions = {}): Promise<PostgresServer> => {
  if (process.platform === 'win32') throw new Error('PostgreSQL for tests needs Linux or macOS (Windows: use WSL)')
  const account = serverAccount()
  const bin = join(binaries(account), 'bin')
  const folder = temporaryFolder()
  const password = randomBytes(16).toString('hex')
  const secret = join(folder, 'password')
  mkdirSync(join(folder, 'data'))
  writeFileSync(secret, password)
  chmodSync(folder, 0o700)
  if ('uid' in account)
    for (const path of [folder, join(folder, 'data'), secret]) chownSync(path, account.uid, account.gid)

  const as = { ...account, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', CLUSTER: folder } }
  const initdb = spawnSync(
    join(bin, 'initdb'),
    [
      '-D',
      join(folder, 'data'),
      '-U',
      'cardea',
      `--pwfile=${secret}`,
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--no-sync',
      '-c',
      'scram_iterations=1',
    ],
    { ...as, encoding: 'utf8' },
  )
  if (initdb.status !== 0) throw new Error(`initdb failed: ${initdb.error?.message ?? initdb.stderr}`)

  const port = await freePort()
  const said: string[] = []
  // Its own process group: an interrupt at the keyboard reaches us first, and we stop it.
  const child = spawn('/bin/sh', ['-c', supervisor, join(bin, 'postgres'), ...flags(folder, port, durable)], {
    ...as,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => said.splice(0, said.length, ...said, text).splice(0, said.length - 50))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = (database: string): string => `postgres://cardea:${password}@127.0.0.1:${port}/${database}`

  const stop = async (): Promise<void> => {
    child.stdin.end()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }

  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url('postgres') })
    await client.connect()
    await client.query(statement).finally(() => client.end())
  }

  for (let waited = 0; ; waited += 50) {
    try {
      await admin('select 1')
      break
    } catch (reason) {
      if (child.exitCode === null && waited < 30_000) await sleep(50)
      else {
        await stop()
        throw new Error(`PostgreSQL did not start: ${said.join('') || String(reason)}`)
      }
    }
  }

  return {
    stop,
    createDatabase: async () => {
      const name = `t_${randomBytes(8).toString('hex')}`
      await admin(`create database ${name}`)
      return url(name)
    },
  }
}
