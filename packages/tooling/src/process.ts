import { spawn } from 'node:child_process'
import { root } from './root.ts'

export type RunOptions = { readonly cwd?: string; readonly env?: Record<string, string> }

const windows = process.platform === 'win32'

/** Runs a program with our terminal and answers its exit status; a signal counts as 1. */
export const run = (
  command: string,
  args: readonly string[],
  { cwd = root, env = {} }: RunOptions = {},
): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit', shell: windows })
    // The terminal sends an interrupt to the whole group: the child decides, we wait for it.
    const wait = (): void => {}
    const pass = (): unknown => child.kill('SIGTERM')
    process.on('SIGINT', wait).on('SIGTERM', pass)
    child.once('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    child.once('exit', (status) => {
      process.off('SIGINT', wait).off('SIGTERM', pass)
      resolve(status ?? 1)
    })
  })
