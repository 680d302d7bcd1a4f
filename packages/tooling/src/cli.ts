import { join } from 'node:path'
import { build } from './build.ts'
import { check } from './checks/check.ts'
import { packPackages } from './packed.ts'
import { run } from './process.ts'
import { root } from './root.ts'
import { create } from './scaffold/create.ts'
import { start } from './start.ts'
import { test } from './test.ts'
import { where } from './where.ts'

type Task = (args: readonly string[]) => Promise<number>

const packageTask =
  (folder: string, script: string): Task =>
  (args) =>
    run('pnpm', ['--dir', folder, 'run', script, ...args])

const tasks: Record<string, Task> = {
  start,
  test: () => test({ long: false }),
  'test:long': () => test({ long: true }),
  build: () => run('pnpm', ['pipeline', 'build', '--full']),
  typecheck: () => run('pnpm', ['pipeline', 'typecheck', '--full']),
  check,
  lint: () => run('biome', ['check', '.']),
  format: () => run('biome', ['check', '--write', '.']),
  bench: packageTask('e2e/bench', 'bench'),
  screenshots: packageTask('e2e', 'screenshots'),
  /** Every package as it would be published, for an app outside of this repository. */
  pack: async () => {
    console.log('Building the packages (the first time takes about a minute) …')
    if (!(await build())) return 1
    for (const { tarball } of await packPackages(join(root, '.cache/packages'))) console.log(tarball)
    return 0
  },
  new: create,
  where,
}

const [name = '', ...args] = process.argv.slice(2)
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined
if (task) process.exitCode = await task(args)
else {
  console.error(`unknown task '${name}'; known: ${Object.keys(tasks).join(', ')}`)
  process.exitCode = 2
}
