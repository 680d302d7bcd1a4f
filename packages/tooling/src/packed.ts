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

/** Packs every published package into `folder`, from its build. Throws when one cannot be packed. */
export const packPackages = async (folder: string): Promise<Packed[]> => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const packed: Packed[] = []
  for (const path of globSync('packages/*/package.json', { cwd: root })) {
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
    if (manifest.private) continue
    const tarball = join(folder, `${manifest.name.replace('@', '').replace('/', '-')}.tgz`)
    const status = await run('pnpm', ['--dir', join(root, path, '..'), 'pack', '--out', tarball, '--silent'])
    if (status !== 0) throw new Error(`${manifest.name} cannot be packed`)
    const entries = Object.keys(manifest.publishConfig?.exports ?? manifest.exports ?? {})
    packed.push({ name: manifest.name, tarball, entries })
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
