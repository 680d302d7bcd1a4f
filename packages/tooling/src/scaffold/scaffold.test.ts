import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../root.ts'
import { create } from './create.ts'

const copy = mkdtempSync(join(tmpdir(), 'cardea-scaffold-'))
const engine = 'packages/engine'

/** An engine like ours in a workspace of its own: sources copied, dependencies linked. */
beforeAll(() => {
  mkdirSync(join(copy, engine), { recursive: true })
  for (const path of [
    'package.json',
    '.gitignore',
    'biome.json',
    'vitest.config.ts',
    `${engine}/package.json`,
    `${engine}/tsconfig.json`,
  ]) {
    cpSync(join(root, path), join(copy, path))
  }
  cpSync(join(root, engine, 'src'), join(copy, engine, 'src'), { recursive: true })
  for (const path of ['node_modules', `${engine}/node_modules`]) symlinkSync(join(root, path), join(copy, path))
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

const contents = (): Map<string, string> =>
  new Map(globSync(`${engine}/src/**/*.*`, { cwd: copy }).map((path) => [path, readFileSync(join(copy, path), 'utf8')]))

const run = (command: string, ...args: string[]): { status: number | null; output: string } => {
  const bin = join(root, 'node_modules/.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` }
  const { status, stdout, stderr } = spawnSync(join(bin, command), args, { cwd: copy, encoding: 'utf8', env })
  return { status, output: status === 0 ? '' : stdout + stderr }
}

test('what the scaffold writes compiles, passes its own tests and touches one file outside its folders', async () => {
  const before = contents()
  expect(await create(['feature', 'idle-feature'], copy)).toBe(0)
  expect(await create(['authenticator', 'idle-authenticator'], copy)).toBe(0)
  expect(await create(['grant', 'idle-grant'], copy)).toBe(0)
  const changed = [...contents()].filter(([path, text]) => before.get(path) !== text).map(([path]) => path)
  expect(changed.filter((path) => !/\/idle-/.test(path))).toEqual([`${engine}/src/presets/default.ts`])
  const faults = run('tsc', '-p', engine).output.split('\n')
  expect(faults.filter((line) => /idle-|presets\/default/.test(line))).toEqual([])
  expect(run('vitest', 'run', 'idle-')).toEqual({ status: 0, output: '' })
}, 180_000)

test('a name that is taken, or is none, is refused', async () => {
  expect(await create(['feature', 'Idle'], copy)).toBe(2)
  expect(await create(['door', 'idle'], copy)).toBe(2)
  expect(await create(['feature', 'smtp'], copy)).toBe(1)
})
