import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Silences the requests a browser makes on its own account. */
export const chromiumArguments: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const known = (): string | undefined =>
  [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => path && existsSync(path))

const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
    .status === 0

const installDebianPackage = (): boolean =>
  process.getuid?.() === 0 &&
  existsSync('/usr/bin/apt-get') &&
  succeeds('apt-get', ['update', '-qq']) &&
  succeeds('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])

/**
 * The Chromium the tests use: CHROMIUM_PATH, the system's, Debian's package when we are root.
 * `undefined` stands for the one Playwright downloads.
 */
export const findChromium = (): string | undefined => known()

/** Gets a Chromium when there is none. Throws when there is no way to. */
export const ensureChromium = (): string | undefined => {
  if (process.env.CHROMIUM_PATH && !existsSync(process.env.CHROMIUM_PATH)) {
    throw new Error(`CHROMIUM_PATH names no file: ${process.env.CHROMIUM_PATH}`)
  }
  const found = known()
  if (found) return found
  if (installDebianPackage()) return known()
  if (succeeds('pnpm', ['--dir', 'e2e', 'exec', 'playwright', 'install', 'chromium'])) return undefined
  throw new Error('no Chromium: install it, or name one with CHROMIUM_PATH')
}
