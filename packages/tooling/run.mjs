// Needs only Node 18 and npm. Installs the pinned pnpm and Node when something changed, then hands over to src/cli.ts.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const bin = join(root, 'node_modules/.bin')
const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')

// npm exports its own configuration to scripts; pnpm would read it as if the user had set it.
const fromNpm = /^npm_(package|lifecycle|config_(?!registry|.*:|https?_proxy|no_?proxy|cafile|offline|prefer_offline))/i
const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !fromNpm.test(name)))
const env = { ...inherited, PATH: [bin, process.env.PATH].join(delimiter) }

const run = (command, args) =>
  new Promise((done) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' })
    // A key press reaches the child by the terminal; it decides when to end, and we end with it.
    const wait = () => {}
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', wait).on('SIGTERM', pass)
    // npm and its shell end on SIGTERM without telling us: who has lost its parent stops too.
    const parent = process.ppid
    const orphaned = setInterval(() => process.ppid !== parent && pass(), 500)
    child.once('error', (error) => console.error(error.message))
    child.once('close', (status) => {
      clearInterval(orphaned)
      process.off('SIGINT', wait).off('SIGTERM', pass)
      done(status ?? 1)
    })
  })

const wanted = () =>
  ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', '.pnpmfile.cjs']
    .map((file) => read(join(root, file)))
    .join('\0')
const noted = join(root, 'node_modules/.cache/cardea/installed')

const install = async () => {
  if (existsSync(join(bin, 'pnpm')) && read(noted) === wanted()) return 0
  const { packageManager } = JSON.parse(read(join(root, 'package.json')))
  const frozen = process.env.CI ? ['--frozen-lockfile'] : []
  const status = await run('npm', ['exec', '--yes', `--package=${packageManager}`, '--', 'pnpm', 'install', ...frozen])
  if (status === 0) {
    mkdirSync(dirname(noted), { recursive: true })
    writeFileSync(noted, wanted())
  }
  return status
}

const hasNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (existsSync(join(bin, 'node')) || existsSync(join(bin, 'node.cmd')) || major >= 26) return true
  if (major === 24 && minor >= 11) return true
  console.error(
    `No Node is packaged for ${process.platform}-${process.arch}: install Node 26 (found ${process.version})`,
  )
  return false
}

const installed = await install()
if (installed !== 0) process.exitCode = installed
else if (!hasNode()) process.exitCode = 1
else {
  const cli = join(root, 'packages/tooling/src/cli.ts')
  process.exitCode = await run('node', ['--conditions=cardea-source', cli, ...process.argv.slice(2)])
}
