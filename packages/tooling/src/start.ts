import { run } from './process.ts'

/** Builds what the server serves (from the cache when nothing changed) and runs it. */
export const start = async (args: readonly string[]): Promise<number> => {
  console.log('Building Cardea and the demo apps …')
  const built = await run('pnpm', ['pipeline', 'build', '--full', '--reporter=append-only'])
  return built === 0 ? run('pnpm', ['--dir', 'apps/server', 'run', 'start', ...args]) : built
}
