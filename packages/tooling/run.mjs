// Needs only Node 18 and npm. Installs the pinned pnpm and Node when something changed, then hands over to src/cli.ts.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const bin = join(root, 'node_modules/.bin')
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

// npm exports its own configuration to scripts; pnpm would read it as if the user had set it.
const inherited = Object.entries(process.env).filter(
  ([name]) =>
    !/^npm_(package|lifecycle|config_(?!registry|.*:|https?_proxy|no_?proxy|cafile|offline|prefer_offline))/i.test(
      name,
    ),
)
const env = { ...Object.fromEntries(inherited), PATH: [bin, process.env.PATH].join(delimiter), CARDEA_ROOT: root }

const run = (command, args) => {
  const windows = process.platform === 'win32'
  const { status, signal, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: windows })
  if (error) console.error(error.message)
  return signal ? 1 : (status ?? 1)
}

/** Everything an install depends on: the lockfile and each workspace manifest pnpm would compare it with. */
const wanted = () =>
  ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', '.pnpmfile.cjs']
    .map((file) => read(join(root, file)))
    .join('\0')
const noted = join(root, 'node_modules/.cache/cardea/installed')

const install = () => {
  if (existsSync(join(bin, 'pnpm')) && read(noted) === wanted()) return 0
  const { packageManager } = JSON.parse(read(join(root, 'package.json')))
  const status = run('npm', [
    'exec',
    '--yes',
    `--package=${packageManager}`,
    '--',
    'pnpm',
    'install',
    '--frozen-lockfile',
  ])
  if (status === 0) {
    mkdirSync(dirname(noted), { recursive: true })
    writeFileSync(noted, wanted())
  }
  return status
}

const status = install()
process.exitCode =
  status === 0
    ? run('node', ['--conditions=cardea-source', join(root, 'packages/tooling/src/cli.ts'), ...process.argv.slice(2)])
    : status
