import { build } from './build.ts'
import { run } from './process.ts'

/** Builds what the server serves (from the cache when nothing changed) and runs it. */
export const start = async (args: readonly string[]): Promise<number> => {
  console.log('Building Cardea and its demo apps (the first time takes about a minute) …')
  return (await build()) ? run('node', ['apps/server/demo/start.ts', ...args]) : 1
}
