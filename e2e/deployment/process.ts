import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** A running Node process that answers HTTP. */
export interface Running {
  /** SIGTERM, and SIGKILL when that takes too long. Answers the exit status; `null` after a signal. */
  readonly stop: () => Promise<number | null>
  /** SIGKILL, at once. */
  readonly kill: () => Promise<void>
}

const patience = 60_000

/** Starts `file` and waits until `url` answers below 500. Rejects with what it said when it does not. */
export async function startProcess(file: string, url: string, environment: Record<string, string>): Promise<Running> {
  if (!existsSync(file)) throw new Error(`${file} is not built: npm run build`)
  if (await answers(url)) throw new Error(`something else already answers at ${url}`)
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-200_000)
    })
  }
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  const ended = async () => {
    if (!isOver()) await once(child, 'exit')
  }
  const deadline = Date.now() + patience
  while (!(await answers(url))) {
    if (isOver() || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`${file} did not start\n${output}`)
    }
    await wait(20)
  }
  return {
    stop: async () => {
      if (isOver()) return child.exitCode
      child.kill('SIGTERM')
      const cut = setTimeout(() => child.kill('SIGKILL'), 12_000)
      await ended()
      clearTimeout(cut)
      return child.exitCode
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended()
    },
  }
}

function answers(url: string): Promise<boolean> {
  return fetch(url, { redirect: 'manual' }).then(
    (response) => response.status < 500,
    () => false,
  )
}
