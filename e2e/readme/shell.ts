import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** What a person's terminal has: nothing of the test run, and nothing of this workspace's settings. */
function terminal(): Record<string, string> {
  const ours =
    /^(CARDEA_|VITEST|NODE_(ENV|OPTIONS|PATH)$|npm_(package|lifecycle)_|npm_(command|execpath)$|TEST$|DEV$|PROD$|MODE$)/
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || ours.test(name) ? [] : [[name, value]],
    ),
  )
}

interface Started {
  readonly child: ChildProcess
  readonly said: () => string
}

/** Runs lines of a terminal in a folder. In a group of its own, so that what they start can be ended with them. */
export function shell(lines: string, cwd: string): Started {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', lines], {
    cwd,
    env: terminal(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000)
    })
  return { child, said: () => output }
}

/** Runs lines to their end. Rejects with what they said when one fails. */
export async function done(lines: string, cwd: string): Promise<void> {
  const { child, said } = shell(lines, cwd)
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`${lines}\n${said()}`)
}

export async function end({ child }: Started): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, 'SIGTERM')
  await once(child, 'close')
}
