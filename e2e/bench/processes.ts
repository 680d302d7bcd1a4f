import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

export interface Running {
  readonly origin: string
  readonly process: ChildProcess
  /** Milliseconds from spawn to the first answer. */
  readonly startedIn: number
  /** Resident memory in MiB, with children. */
  readonly memory: () => number
  /** Processor time used since its start, in milliseconds: says what a unit costs however busy the machine is. */
  readonly processorTime: () => number
  readonly stop: () => Promise<void>
}

/** Pins to one core where the system can, so that "one core" is one; the load runs on the others. */
export const pinned = existsSync('/usr/bin/taskset')

/** The command that runs Node on the first core, alone as far as the system lets it. */
export function onFirstCore(args: readonly string[]): readonly [command: string, args: string[]] {
  return pinned ? ['taskset', ['-c', '0', process.execPath, ...args]] : [process.execPath, [...args]]
}

/** Starts a server on the first core and waits until `path` answers. */
export async function startServer(
  file: string,
  port: number,
  environment: Record<string, string>,
  options: { readonly path?: string; readonly nodeOptions?: readonly string[] } = {},
): Promise<Running> {
  const [command, args] = onFirstCore([...(options.nodeOptions ?? []), file])
  const started = performance.now()
  const child = spawn(command, args, {
    env: { ...surroundings(), NODE_ENV: 'production', ...environment, PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000)
  })
  const origin = `http://localhost:${port}`
  const deadline = performance.now() + 20_000
  for (;;) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${file} did not start\n${errors}`)
    const answered = await fetch(origin + (options.path ?? '/')).then(
      (response) => response.status < 500,
      () => false,
    )
    if (answered) break
    await wait(5)
  }
  return {
    origin,
    process: child,
    startedIn: performance.now() - started,
    memory: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024,
    processorTime: () => {
      // After the command in parentheses: utime and stime are the 12th and 13th, in ticks of 10 ms.
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) * 10
    },
    stop: async () => {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await Promise.race([ended, wait(8000).then(() => child.kill('SIGKILL'))])
    },
  }
}

/** The environment without settings of Cardea's own: a server is to know only those it is given here. */
function surroundings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CARDEA_')))
}
