import { run } from '../process.ts'
import { cycleFaults } from './cycles.ts'
import { layerFaults } from './layers.ts'
import type { Project } from './project.ts'
import { readProject } from './project.ts'
import { sizeFaults } from './sizes.ts'

export type Check = { readonly title: string; readonly passes: () => Promise<boolean> }

const none = (find: (project: Project) => string[]) => async (): Promise<boolean> => {
  const faults = find(readProject())
  for (const fault of faults) console.error(fault)
  return faults.length === 0
}

export const checks: readonly Check[] = [
  { title: 'Layers', passes: none(layerFaults) },
  { title: 'Import cycles', passes: none(cycleFaults) },
  { title: 'Sizes', passes: none(sizeFaults) },
  {
    title: 'Unused exports and dependencies',
    passes: async () => (await run('knip', ['--no-progress', '--no-config-hints'])) === 0,
  },
]

/** `npm run check`: every check, each with its verdict. */
export const check = async (): Promise<number> => {
  let failed = 0
  for (const { title, passes } of checks) {
    const passed = await passes()
    if (!passed) failed++
    console.log(`${passed ? '✓' : '✗'} ${title}`)
  }
  return failed === 0 ? 0 : 1
}
