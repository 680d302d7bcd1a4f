import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { root } from './root.ts'

/** Builds everything (from the cache what did not change), a line for each part that is ready; all output only when something fails. */
export const build = (): Promise<boolean> =>
  new Promise((resolve) => {
    const said: string[] = []
    const child = spawn('pnpm', ['pipeline', 'build', '--full'], {
      cwd: root,
      stdio: ['inherit', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line)
        const ready = /^(\S+) build: Done$/.exec(line)?.[1]
        if (ready) console.log(`  ${ready} is ready`)
      })
    }
    child.once('error', (error) => said.push(error.message))
    child.once('close', (status) => {
      if (status !== 0) console.error(said.join('\n'))
      resolve(status === 0)
    })
  })
