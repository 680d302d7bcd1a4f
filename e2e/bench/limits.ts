import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onFirstCore } from './processes.ts'

/** What no server can beat. */
export interface Limit {
  /** Operations per second, one after another. */
  readonly rate: number
  /** Processor time of one, in microseconds. */
  readonly cost: number
}

const run = promisify(execFile)

/** Bare work for so many seconds, in a process of its own on the core that servers get. */
export async function measureLimit(work: 'signature' | 'hash', seconds: number): Promise<Limit> {
  const [command, args] = onFirstCore([join(import.meta.dirname, 'alone.ts'), work, String(seconds)])
  const { stdout } = await run(command, args)
  const { rate, cost }: Limit = JSON.parse(stdout)
  return { rate, cost }
}
