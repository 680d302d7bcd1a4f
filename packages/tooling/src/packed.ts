import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './process.ts'
import { root } from './root.ts'

type Manifest = {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Record<string, unknown>
  readonly publishConfig?: { readonly exports?: Record<string, unknown> }
}

/** A published package as the registry would get it. */
export type Packed = { readonly name: string; readonly tarball: string; readonly entries: readonly string[] }

/** The files an export leads to, whatever its conditions. */
const filesOf = (target: unknown): string[] =>
  typeof target === 'string' ? [target] : target ? Object.values(target).flatMap(filesOf) : []

/** Throws when a package promises what is not in its folder: it would be packed without it, and nothing would say so. */
const holdsEntries = (at: string, name: string, exports: Record<string, unknown>): void => {
  const missing = filesOf(exports).find((file) => globSync(file, { cwd: at }).length === 0)
  if (missing) throw new Error(`${name} has no ${missing}: build it first (npm run build)`)
}

/** Packs every published package of `from` into `folder`, from its build. Throws when one cannot be packed. */
export const packPackages = async (folder: string, from = root): Promise<Packed[]> => {
  const published = globSync('packages/*/package.json', { cwd: from }).flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(from, path), 'utf8')) as Manifest
    const exports = manifest.publishConfig?.exports ?? manifest.exports ?? {}
    return manifest.private ? [] : [{ at: join(from, path, '..'), name: manifest.name, exports }]
  })
  for (const { at, name, exports } of published) holdsEntries(at, name, exports)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const packed: Packed[] = []
  for (const { at, name, exports } of published) {
    const tarball = join(folder, `${name.replace('@', '').replace('/', '-')}.tgz`)
    const status = await run('pnpm', ['--dir', at, 'pack', '--out', tarball, '--silent'])
    if (status !== 0) throw new Error(`${name} cannot be packed`)
    packed.push({ name, tarball, entries: Object.keys(exports) })
  }
  return packed
}

const folder = join(root, 'node_modules/.cache/cardea/packed')

/** Whether every package, as it would be published, holds what its manifest promises (publint). */
export const manifestsHold = async (): Promise<boolean> => {
  let faults = 0
  for (const { tarball } of await packPackages(folder)) faults += await run('publint', ['run', tarball, '--strict'])
  return faults === 0
}

/** Whether TypeScript resolves every entry of every packed package (attw). Styles have no types. */
export const typesResolve = async (): Promise<boolean> => {
  let faults = 0
  for (const { tarball, entries } of await packPackages(folder)) {
    const typed = entries.filter((entry) => !entry.endsWith('.css') && !entry.endsWith('.json'))
    if (typed.length === 0) continue
    const names = typed.map((entry) => entry.replace('./', ''))
    faults += await run('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--entrypoints', ...names])
  }
  return faults === 0
}
