import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checks } from './checks/check.ts'
import { ensureChromium } from './chromium.ts'
import { manifestsHold, typesResolve } from './packed.ts'
import { run } from './process.ts'
import { root } from './root.ts'
import type { Tally } from './tally.ts'
import { add, line, none, one, playwrightTally, vitestTally } from './tally.ts'

type Stage = { readonly title: string; readonly run: () => Promise<Tally> }

const reports = join(root, 'node_modules/.cache/cardea/reports')

const command = async (...[program, args, options]: Parameters<typeof run>): Promise<Tally> =>
  one((await run(program, args, options)) === 0)

const vitest =
  (folder: string, env: Record<string, string>, ...only: readonly string[]): (() => Promise<Tally>) =>
  async () => {
    const report = join(reports, `vitest-${folder || 'packages'}.json`)
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    return vitestTally(report, await run('vitest', ['run', ...only, ...reporters], { cwd: join(root, folder), env }))
  }

const playwright =
  (env: Record<string, string>): (() => Promise<Tally>) =>
  async () => {
    ensureChromium()
    const report = join(reports, 'playwright.json')
    const named = { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report }
    const args = ['--dir', 'e2e', 'exec', 'playwright', 'test', '--reporter=list,json']
    return playwrightTally(report, await run('pnpm', args, { env: named }))
  }

const chromium = async (): Promise<Tally> => {
  console.log(ensureChromium() ?? "Playwright's own download")
  return none
}

/** A part of the suite that exists once its configuration does. */
const where = (file: string, stage: Stage): Stage[] => (existsSync(join(root, file)) ? [stage] : [])

const stages = (env: Record<string, string>, long: boolean): Stage[] => [
  { title: 'Build and type-check', run: () => command('pnpm', ['pipeline', '--full'], { env }) },
  { title: 'Lint and format', run: () => command('biome', ['ci', '.']) },
  ...checks.map(({ title, passes }) => ({ title, run: async () => one(await passes()) })),
  { title: 'Packages as published', run: async () => one(await manifestsHold()) },
  ...(long ? [{ title: 'Types of the packages as published', run: async () => one(await typesResolve()) }] : []),
  { title: 'Chromium', run: chromium },
  { title: 'Packages and apps (Vitest)', run: vitest('', env, '--project=!e2e') },
  ...where('e2e/vitest.config.ts', { title: 'The built server (Vitest)', run: vitest('e2e', env) }),
  ...where('e2e/playwright.config.ts', { title: 'The browser (Playwright)', run: playwright(env) }),
]

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Runs every stage, also after a failed one, and ends with one line over all of them. */
export const test = async ({ long }: { long: boolean }): Promise<number> => {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports, { recursive: true })
  const began = performance.now()
  let total = none
  for (const stage of stages(long ? { CARDEA_LONG: '1' } : {}, long)) {
    const since = performance.now()
    console.log(`\n── ${stage.title}`)
    const tally = await stage.run().catch((reason: unknown) => {
      console.error(reason)
      return one(false)
    })
    total = add(total, tally)
    console.log(`── ${stage.title}: ${line(tally)} (${seconds(since)})`)
  }
  console.log(`\nall stages: ${seconds(began)}\n${line(total)}`)
  return total.failed === 0 ? 0 : 1
}
